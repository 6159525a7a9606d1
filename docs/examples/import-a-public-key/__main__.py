import pulumi
import pulumi_keypair as keypair

deploy = keypair.KeyPair("deploy",
    public_key_file="deploy.pub",
    tags={
        "team": "ops",
    })
pulumi.export("fingerprint", deploy.fingerprint_sha256)
