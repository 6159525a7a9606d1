import pulumi
import pulumi_keypair as keypair

config = pulumi.Config()
private_key = config.require("privateKey")
deploy = keypair.get_public_key(private_key=private_key)
pulumi.export("publicKey", deploy.public_key)
