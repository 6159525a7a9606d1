import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const deploy = new keypair.KeyPair("deploy", {
    publicKeyFile: "deploy.pub",
    tags: {
        team: "ops",
    },
});
export const fingerprint = deploy.fingerprintSha256;
