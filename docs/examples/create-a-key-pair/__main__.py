import pulumi
import pulumi_keypair as keypair

bastion = keypair.KeyPair("bastion",
    key_generation={
        "source": keypair.KeySource.LOCAL,
        "type": keypair.GeneratedKeyType.ED25519,
    },
    private_key_file="bastion.pem")
pulumi.export("privateKey", bastion.private_key)
