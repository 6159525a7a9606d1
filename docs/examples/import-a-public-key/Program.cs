using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    // The private half stays where it is.
    var deploy = new Keypair.KeyPair("deploy", new()
    {
        PublicKeyFile = "deploy.pub",
        Tags =
        {
            { "team", "ops" },
        },
    });

    return new Dictionary<string, object?>
    {
        ["fingerprint"] = deploy.FingerprintSha256,
    };
});
