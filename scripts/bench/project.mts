// The Pulumi programs that are timed against each other.

import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workspace.mts";

/** What a program makes its resources of. */
export type Workload = "nothing" | "imported" | "mixed";

export const WORKLOADS: readonly { name: Workload; label: string; about: string }[] = [
  {
    name: "nothing",
    label: "doing nothing",
    about:
      "the arguments of the imported pairs, a __provider of the same size, methods that return what they get",
  },
  { name: "imported", label: "imported pairs", about: "RSA 2048, two tags, local backend" },
  {
    name: "mixed",
    label: "half created",
    about: "as before, but every other pair is made, as the local backend makes them (ECDSA 256)",
  },
];

const FILES = {
  /** The same arguments, and a stored provider of the same length, whose methods return what they are given. */
  nothing: {
    program: `
const pulumi = require("@pulumi/pulumi");
const provider = 'exports.handler=()=>require("pulumi-nothing/provider").impl';
for (const [name, args] of require("./resources.json"))
  new pulumi.CustomResource("pulumi-nodejs:dynamic/bench:Nothing", name, { ...args, __provider: provider });`,
    module: `
exports.impl = {
  create: async (inputs) => ({ id: inputs.keyPairName, outs: inputs }),
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
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@pulumi"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"));
  symlinkSync(ROOT, join(modules, "pulumi-keypair"));
  const nothing = join(modules, "pulumi-nothing");
  mkdirSync(nothing);
  writeFileSync(join(nothing, "provider.js"), FILES.nothing.module);
  writeFileSync(join(folder, "package.json"), '{ "name": "bench", "private": true }');
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n" +
      "config: { 'keypair:backend': { value: local } }\n",
  );
  writeFileSync(join(folder, "index.js"), FILES[workload === "nothing" ? "nothing" : "keyPairs"].program);
  writeFileSync(join(folder, "resources.json"), JSON.stringify(resources(workload, count)));
}

function resources(workload: Workload, count: number) {
  return Array.from({ length: count }, (_, n) => {
    const isCreated = workload === "mixed" && n % 2 === 1;
    const key = isCreated ? {} : { publicKeyBody: publicKeyLine(`bench-${n}`) };
    return [`pair-${n}`, { keyPairName: `bench-${n}`, ...key, tags: { team: "ops", use: "bench" } }];
  });
}

/** A line that is a well-formed RSA key of 2048 bits; nobody has its private half. */
function publicKeyLine(comment: string): string {
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
