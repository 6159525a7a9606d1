import pulumi
import pulumi_keypair as keypair

team = keypair.KeyPairSet("team",
    public_key_folder="keys",
    created=["ci"],
    regions=[
        "cn-hangzhou",
        "cn-beijing",
    ])
pulumi.export("names", team.key_pair_names)
