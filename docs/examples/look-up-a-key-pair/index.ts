import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const deploy = keypair.getKeyPair({
    keyPairName: "deploy",
});
export const fingerprint = deploy.then(deploy => deploy.fingerprintSha256);
