// The Pulumi programs that are timed against each other.

import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workspace.mts";
import { NOTHING, writeNothing } from "./nothing.mts";

/** What a program makes its resources of. */
export type Workload = "imported" | "imported floor" | "mixed" | "mixed floor";

/** Each kind of pairs, and its floor: as many resources whose provider does nothing, with a state of the same size. */
export const WORKLOADS: readonly { name: Workload; floor: Workload; label: string; about: string }[] = [
  {
    name: "imported",
    floor: "imported floor",
    label: "imported pairs",
    about: "RSA 2048, two tags, local backend",
  },
  {
    name: "mixed",
    floor: "mixed floor",
    label: "half created",
    about: "as before, but the local backend makes the key of every other pair (RSA 2048)",
  },
];

const FILES = {
  /** A stored provider of the same length, whose methods return what they are given, filled up to the size of a pair's state. */
  floor: {
    program: `
const pulumi = require("@pulumi/pulumi");
for (const [name, args] of require("./resources.json"))
  new pulumi.CustomResource("pulumi-nodejs:dynamic/bench:Nothing", name, { ...args, __provider: ${NOTHING} },
    { additionalSecretOutputs: ["privateKey"] });`,
    module: `
const { randomBytes } = require("node:crypto");
const filling = (bytes) => randomBytes(bytes).toString("base64").slice(0, bytes);
const outputs = ({ publicKeyBody = filling(380), ...inputs }, isCreated) => ({
  ...inputs, publicKeyBody, publicKey: publicKeyBody, fingerprint: filling(47), fingerprintMd5: filling(47),
  fingerprintSha256: filling(50), __ownKey: filling(50), keyType: "ssh-rsa", keyBits: 2048, createdAt: filling(17),
  backend: "local", region: "local", __urn: filling(80), __logicalName: filling(8),
  ...(isCreated ? { keyPairId: filling(24), privateKey: filling(1679) } : {}),
});
exports.impl = {
  create: async (inputs) => ({ id: inputs.keyPairName, outs: outputs(inputs, !inputs.publicKeyBody) }),
  read: async (id, props) => ({ id, props }),
  delete: async () => {},
};`,
  },
  keyPairs: {
    program: `
const { KeyPair } = require("pulumi-keypair");
for (const [name, args] of require("./resources.json")) new KeyPair(name, args);`,
  },
};

/** Writes a project with `count` resources into the folder. The same count gives the same names, so that states are alike. */
export function writeProject(folder: string, workload: Workload, count: number): void {
  const modules = writeModules(folder);
  writeNothing(modules, FILES.floor.module);
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n" +
      "config: { 'keypair:backend': { value: local } }\n",
  );
  writeFileSync(join(folder, "index.js"), FILES[isFloor(workload) ? "floor" : "keyPairs"].program);
  writeFileSync(join(folder, "resources.json"), JSON.stringify(resources(workload, count)));
}

/** Gives a project what its program loads. Returns the folder of the modules. */
export function writeModules(folder: string): string {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@pulumi"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"));
  symlinkSync(ROOT, join(modules, "pulumi-keypair"));
  writeFileSync(join(folder, "package.json"), '{ "name": "bench", "private": true }');
  return modules;
}

function isFloor(workload: Workload): boolean {
  return workload.endsWith("floor");
}

function resources(workload: Workload, count: number) {
  return Array.from({ length: count }, (_, n) => {
    const isCreated = workload.startsWith("mixed") && n % 2 === 1;
    const key = isCreated ? {} : { publicKeyBody: publicKeyLine(`bench-${n}`) };
    return [`pair-${n}`, { keyPairName: `bench-${n}`, ...key, tags: { team: "ops", use: "bench" } }];
  });
}

/** A line that is a well-formed RSA key of 2048 bits; nobody has its private half. */
export function publicKeyLine(comment: string): string {
  const modulus = randomBytes(257);
  modulus[0] = 0;
  modulus[1] = 0x80 | (modulus[1] ?? 0);
  modulus[256] = 1 | (modulus[256] ?? 0);
  const fields = [Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), modulus];
  const blob = Buffer.concat(fields.flatMap((field) => [uint32(field.length), field]));
  return `ssh-rsa ${blob.toString("base64")} ${comment}`;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
