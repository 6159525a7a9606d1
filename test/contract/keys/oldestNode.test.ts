import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../support/compile";

const ROOT = resolve(__dirname, "../../..");
const OLDEST = oldestNode();
const FOLDER = join(ROOT, `.cache/node-${OLDEST}`);
const NODE = join(FOLDER, "node_modules/node/bin/node");

/** Makes and converts keys of each type, and prints one line for each that went through every form and back. */
const SCRIPT = `
const keys = require("./provider/keys");
const crypto = require("node:crypto");
const seed = Buffer.alloc(32, 7).fill(0, 0, 2).fill(0, 30);
const der = (head, ...rest) => Buffer.concat([Buffer.from(head, "hex"), seed, ...rest]);
const pem = (bytes) => "-----BEGIN PRIVATE KEY-----\\n" + bytes.toString("base64") + "\\n-----END PRIVATE KEY-----\\n";
const version1 = pem(der("302e020100300506032b657004220420"));
const point = crypto.createPublicKey(version1).export({ type: "spki", format: "der" }).subarray(-32);
const version2 = pem(der("3051020101300506032b657004220420", Buffer.from("812100", "hex"), point));

function throughAllForms(name, privateKey) {
  const canonical = keys.convertPrivateKey(privateKey, "pem");
  const forms = ["pem", "openssh", "ppk"];
  for (const first of forms) {
    for (const second of forms) {
      const there = keys.convertPrivateKey(keys.convertPrivateKey(privateKey, first), second);
      if (keys.convertPrivateKey(there, "pem") !== canonical) throw new Error(name + ": " + first + ", " + second);
    }
  }
}

async function main() {
  const requests = [{ type: "rsa" }, { type: "ed25519" }, ...[256, 384, 521].map((bits) => ({ type: "ecdsa", bits }))];
  for (const request of requests) {
    const made = await keys.generateKeyPair({ ...request, comment: "made" });
    throughAllForms(request.type, made.privateKey);
    for (const form of ["openssh", "ppk"]) {
      const encrypted = await keys.encryptPrivateKey(made.privateKey, form, "a passphrase");
      if (!keys.sameKey(keys.publicKeyOfPrivateKey(encrypted), made.publicKey)) throw new Error(form);
    }
    console.log(made.publicKey.algorithm);
  }
  throughAllForms("PKCS#8 of version 1", version1);
  throughAllForms("PKCS#8 of version 2", version2);
  require("node:sqlite");
  console.log(process.version);
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;

let compiled = "";
beforeAll(() => {
  installOldestNode();
  compiled = compile();
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

test(`keys are made and converted in every form on Node ${OLDEST}, the oldest that engines allows`, () => {
  writeFileSync(join(compiled, "keys.js"), SCRIPT);
  const printed = execFileSync(NODE, ["keys.js"], { cwd: compiled, encoding: "utf8" });
  expect(printed.trim().split("\n")).toEqual([
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    `v${OLDEST}`,
  ]);
});

/** `>=22.13` is 22.13.0. */
function oldestNode(): string {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const [, version] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
  if (version === undefined) throw new Error(`engines.node has another form: ${engines.node}`);
  return `${version}.0`;
}

/** The npm package `node`, once for all test runs. */
function installOldestNode(): void {
  if (existsSync(NODE)) return;
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const half = mkdtempSync(`${FOLDER}.`);
  try {
    // The package fetches its binary in a script, which npm runs only where that is allowed by name.
    writeFileSync(
      join(half, "package.json"),
      JSON.stringify({ private: true, allowScripts: { node: true } }),
    );
    execFileSync("npm", ["install", "--no-audit", "--no-fund", `node@${OLDEST}`], {
      cwd: half,
      stdio: "pipe",
    });
    renameSync(half, FOLDER);
  } catch (error) {
    if (!existsSync(NODE)) throw error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}
