import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const bastion = new keypair.KeyPair("bastion", {
    keyGeneration: {
        source: "local",
        type: "ed25519",
    },
    privateKeyFile: "bastion.pem",
});
export const privateKey = bastion.privateKey;
