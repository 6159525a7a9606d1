import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const team = new keypair.KeyPairSet("team", {
    publicKeyFolder: "keys",
    created: ["ci"],
    regions: [
        "cn-hangzhou",
        "cn-beijing",
    ],
});
export const names = team.keyPairNames;
