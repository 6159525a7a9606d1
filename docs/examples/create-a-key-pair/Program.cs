using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    // The provider makes the key, so the cloud never has its private half. Without keyGeneration the cloud makes it.
    var bastion = new Keypair.KeyPair("bastion", new()
    {
        KeyGeneration = new Keypair.Inputs.KeyGenerationArgs
        {
            Source = Keypair.KeySource.Local,
            Type = Keypair.GeneratedKeyType.ED25519,
        },
        PrivateKeyFile = "bastion.pem",
    });

    return new Dictionary<string, object?>
    {
        // A secret: Pulumi encrypts it in the state, and shows [secret].
        ["privateKey"] = bastion.PrivateKey,
    };
});
