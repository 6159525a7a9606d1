using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    var deploy = Keypair.GetKeyPair.Invoke(new()
    {
        KeyPairName = "deploy",
    });

    return new Dictionary<string, object?>
    {
        ["fingerprint"] = deploy.Apply(found => found.FingerprintSha256),
    };
});
