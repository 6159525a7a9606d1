using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    var config = new Config();
    var privateKey = config.RequireSecret("privateKey");

    var deploy = Keypair.GetPublicKey.Invoke(new()
    {
        PrivateKey = privateKey,
    });

    return new Dictionary<string, object?>
    {
        ["publicKey"] = deploy.Apply(key => key.PublicKey),
    };
});
