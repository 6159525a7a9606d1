import pulumi
import pulumi_keypair as keypair

config = pulumi.Config()
instance_id = config.require("instanceId")
web = keypair.KeyPair("web", public_key_file="web.pub")
web_attachment = keypair.KeyPairAttachment("webAttachment",
    key_pair_name=web.key_pair_name,
    instance_ids=[instance_id],
    restart_instances=True)
