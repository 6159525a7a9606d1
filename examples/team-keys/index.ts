import * as pulumi from "@pulumi/pulumi";
import { KeyPairSet } from "pulumi-keypair";

const stack = pulumi.getStack();

// Every key file in `keys` is a member: the file's name without its ending is the member's name.
const team = new KeyPairSet("team", {
  publicKeyFolder: "keys",
  // The key of this member is made, once for all regions. The state keeps its private half encrypted; the file ci.pem is a copy.
  created: ["ci"],
  privateKeyFolder: `.keys/${stack}`,
  keyPairNamePrefix: `team-${stack}-`,
  regions: ["eu-central-1", "cn-hangzhou", "us-west-1"],
  tags: { team: "ops" },
  tagChanges: "update",
});

export const keyPairNames = team.keyPairNames;

/** For an instance in that region. */
export const keyOfAnna = team.keyPairName("anna", "eu-central-1");

/** A secret: `pulumi stack output privateKeys --show-secrets` prints it. */
export const privateKeys = team.privateKeys;
