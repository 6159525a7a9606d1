import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const config = new pulumi.Config();
const instanceId = config.require("instanceId");
const web = new keypair.KeyPair("web", {publicKeyFile: "web.pub"});
const webAttachment = new keypair.KeyPairAttachment("webAttachment", {
    keyPairName: web.keyPairName,
    instanceIds: [instanceId],
    restartInstances: true,
});
