using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    // Each key file in the folder is a member. The key of ci is made once, for all regions.
    var team = new Keypair.KeyPairSet("team", new()
    {
        PublicKeyFolder = "keys",
        Created = new[]
        {
            "ci",
        },
        Regions = new[]
        {
            "cn-hangzhou",
            "cn-beijing",
        },
    });

    return new Dictionary<string, object?>
    {
        ["names"] = team.KeyPairNames,
    };
});
