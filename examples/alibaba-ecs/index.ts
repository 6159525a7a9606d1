import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "pulumi-keypair";

const config = new pulumi.Config();
const stack = pulumi.getStack();

const common = {
  tags: { team: "ops", stack },
  // Tags are changed in place: a new one must not rotate a key.
  tagChanges: "update",
  // `pulumi config set resourceGroupId rg-…`; without it the pairs are in the account's default group.
  resourceGroupId: config.get("resourceGroupId"),
} as const;

// Imported: the same key under the same name in two regions. `connection` says where, the stack's configuration the rest.
const deploy = ["cn-hangzhou", "eu-central-1"].map(
  (region) =>
    new KeyPair(`deploy-${region}`, {
      keyPairName: "deploy",
      publicKeyFile: "deploy.pub",
      connection: { region },
      ...common,
    }),
);

// Created: ECS makes it and hands out the private key once. The state keeps it encrypted; the file is a copy.
const bastion = new KeyPair("bastion", { privateKeyFile: `bastion.${stack}.pem`, ...common });

/** What an instance is started with: `keyName` of `alicloud.ecs.Instance`, `KeyPairName` of RunInstances. */
export const deployKeyPairs = deploy.map(({ keyPairName, region, fingerprint }) => ({
  keyPairName,
  region,
  fingerprint,
}));
export const bastionKeyPairName = bastion.keyPairName;
export const bastionKeyPairId = bastion.keyPairId;

/** A secret: `pulumi stack output bastionPrivateKey --show-secrets` prints it. */
export const bastionPrivateKey = bastion.privateKey;
