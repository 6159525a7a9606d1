import pulumi
import pulumi_keypair as keypair

deploy = keypair.get_key_pair(key_pair_name="deploy")
pulumi.export("fingerprint", deploy.fingerprint_sha256)
