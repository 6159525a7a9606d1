"""Key pairs from Python: one imported, one created, one looked up."""

import pulumi
import pulumi_keypair as keypair

# Imports a public key. The private half stays where it is.
deploy = keypair.KeyPair("deploy", public_key_file="deploy.pub", tags={"team": "ops"})

# Has a key pair made. Its private key is a secret of the stack.
bastion = keypair.KeyPair("bastion")

# Looks a pair up by its name.
found = keypair.get_key_pair_output(key_pair_name=deploy.key_pair_name)

pulumi.export("names", [deploy.key_pair_name, bastion.key_pair_name])
pulumi.export("fingerprint", found.fingerprint_sha256)
pulumi.export("private_key", bastion.private_key)
