import pulumi
import pulumi_keypair as keypair

team = keypair.get_key_pairs(name_regex="^team-",
    tags={
        "team": "ops",
    })
pulumi.export("names", team.key_pair_names)
