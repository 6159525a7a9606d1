import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "pulumi-keypair";

const config = new pulumi.Config();

// What PuTTYgen's "Save public key" writes. The console refuses this file; here it is read as it is.
const deploy = new KeyPair("deploy", { keyPairName: "deploy", publicKeyFile: "deploy.txt" });

// What PuTTYgen's "Save private key" writes: `pulumi config set ppk C:\keys\laptop.ppk`. Only the public half leaves this machine.
const ppk = config.get("ppk");
const laptop = ppk === undefined ? undefined : new KeyPair("laptop", { publicKeyFile: ppk });

// Created: the cloud makes it and hands out the private key once. The state keeps it encrypted; the file is for PuTTY.
const bastion = new KeyPair("bastion", { privateKeyFile: `bastion.${pulumi.getStack()}.ppk` });

/** What an instance is started with: `keyPair` of `openstack.compute.Instance`, `key_name` of Nova. */
export const deployKeyPairName = deploy.keyPairName;
export const laptopKeyPairName = laptop?.keyPairName;
export const bastionKeyPairName = bastion.keyPairName;

/** Key pairs belong to a user: nobody else sees them, and instances that others start cannot use them. */
export const owner = deploy.ownerId;

/** A secret: `pulumi stack output bastionPrivateKey --show-secrets` prints it. */
export const bastionPrivateKey = bastion.privateKey;
