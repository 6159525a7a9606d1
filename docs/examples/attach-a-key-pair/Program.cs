using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    var config = new Config();
    var instanceId = config.Require("instanceId");

    var web = new Keypair.KeyPair("web", new()
    {
        PublicKeyFile = "web.pub",
    });

    // A running instance takes the key when it is restarted.
    var webAttachment = new Keypair.KeyPairAttachment("webAttachment", new()
    {
        KeyPairName = web.KeyPairName,
        InstanceIds = new[]
        {
            instanceId,
        },
        RestartInstances = true,
    });
});
