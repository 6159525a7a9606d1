import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "pulumi-keypair";

const stack = pulumi.getStack();
/** Changed in place: a new tag must not rotate a key. */
const tags = { tags: { stack, "managed-by": "pulumi" }, tagChanges: "update" } as const;

/** One file a person, in whatever format their tool writes: a reviewed pull request is how somebody gets in. */
const people = readdirSync("keys")
  .sort()
  .map((file) => new KeyPair(parse(file).name, { publicKeyFile: join("keys", file), ...tags }));

/** The pipeline's own key. `protect` refuses every change that would replace it, and with it the private key. */
const deploy = new KeyPair("deploy", tags, { protect: stack === "prod" });

export const keyPairNames = pulumi.all(people.map(({ keyPairName }) => keyPairName));
export const deployKeyPairName = deploy.keyPairName;
/** A secret: masked in the pipeline's log and in outputs.json. */
export const deployPrivateKey = deploy.privateKey;
