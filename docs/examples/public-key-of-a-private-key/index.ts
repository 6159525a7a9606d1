import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const config = new pulumi.Config();
const privateKey = config.require("privateKey");
const deploy = keypair.getPublicKey({
    privateKey: privateKey,
});
export const publicKey = deploy.then(deploy => deploy.publicKey);
