import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "pulumi-keypair";

// Imported: the private half stays where it is. Takes what PuTTYgen writes too, .ppk files included.
const deploy = new KeyPair("deploy", { publicKeyFile: "deploy.pub", tags: { team: "ops" } });

// Created: the cloud makes it and hands out the private key once. The state keeps it encrypted; the file is a copy, named by the stack.
const bastion = new KeyPair("bastion", { privateKeyFile: `bastion.${pulumi.getStack()}.pem` });

export const keyPairs = [deploy, bastion].map(({ keyPairName, keyType, keyBits, fingerprintSha256 }) => ({
  keyPairName,
  keyType,
  keyBits,
  fingerprintSha256,
}));

/** A secret: `pulumi stack output privateKey --show-secrets` prints it. */
export const privateKey = bastion.privateKey;

/** What is made of a secret is a secret too: here what a deployment tool takes as a file of variables. */
export const deploymentVariables = pulumi.jsonStringify({
  ansible_user: "root",
  ansible_ssh_private_key: bastion.privateKey,
});
