import * as pulumi from "@pulumi/pulumi";
import * as keypair from "pulumi-keypair/plugin";

const team = keypair.getKeyPairs({
    nameRegex: "^team-",
    tags: {
        team: "ops",
    },
});
export const names = team.then(team => team.keyPairNames);
