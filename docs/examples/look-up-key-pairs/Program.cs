using System.Collections.Generic;
using Pulumi;
using Keypair = PulumiKeypair.Keypair;

return await Deployment.RunAsync(() =>
{
    var team = Keypair.GetKeyPairs.Invoke(new()
    {
        NameRegex = "^team-",
        Tags =
        {
            { "team", "ops" },
        },
    });

    return new Dictionary<string, object?>
    {
        ["names"] = team.Apply(found => found.KeyPairNames),
    };
});
