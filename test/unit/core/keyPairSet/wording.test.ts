import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { KeyPairSetState } from "../../../../provider/core/model";
import { testFolder } from "../support/context";
import { failureOf } from "../support/failureOf";
import { ed25519Key, rsaKey } from "../support/keys";
import { FakeCloud } from "../support/regions";

/* What the functions of a single key pair say is about the arguments that a set has. */

const anna = ed25519Key("anna").publicKey;
const CREATED = { created: ["ci"], keyGeneration: { source: "local", type: "ed25519" } };

let cloud: FakeCloud;

beforeEach(() => {
  cloud = new FakeCloud();
  cloud.projectFolder = testFolder();
});

/** The set as the first `up` leaves it, seen by a new run. */
async function made(news: object): Promise<KeyPairSetState> {
  const { state } = await cloud.create(news);
  cloud.newRun();
  return state;
}

test("a path in the place of a key: the folder is for files", () => {
  expect(cloud.check({ publicKeys: { dora: "dora.pub" } }).failures).toEqual([
    {
      property: "publicKeys.dora",
      reason: "the text is a path or an address, not a key. To read a file use publicKeyFolder.",
    },
  ]);
});

test.each<[string, object, string]>([
  ["given", { publicKeys: { anna } }, "Choose another keyPairNamePrefix, delete that pair"],
  [
    "created",
    { created: ["anna"], onExisting: "adopt" },
    "Put its private key at privateKeyFolder, or import its public key (publicKeys or publicKeyFolder), to adopt it. Or: choose another keyPairNamePrefix,",
  ],
])("the name of a %s member is taken", async (_, news, advice) => {
  cloud.in("here").put("team-anna", rsaKey("another").publicKey);
  const { message } = await failureOf(cloud.create(news));
  expect(message).toContain(advice);
  expect(message).not.toMatch(/keyPairName\b/);
});

test("the file of a new member holds the key of an old one", () => {
  mkdirSync(join(cloud.projectFolder, "keys"));
  writeFileSync(join(cloud.projectFolder, "keys/ci.pem"), rsaKey("old").privateKey);
  const [failure, ...others] = cloud.check({ ...CREATED, privateKeyFolder: "keys" }).failures;
  expect(others).toEqual([]);
  expect(failure?.property).toBe("privateKeyFolder");
  expect(failure?.reason).toMatch(
    /move it away, or give another privateKeyFolder\. .*, its keyPairNamePrefix and onExisting.* only renamed in the program, an alias keeps its key\./,
  );
});

test("the private key is in its file only, and the file is lost", async () => {
  const news = { ...CREATED, savePrivateKeys: false, privateKeyFolder: "keys" };
  const state = await made(news);
  rmSync(join(cloud.projectFolder, "keys/ci.pem"));
  expect(cloud.diff(state, news).warnings).toEqual([expect.stringContaining("(savePrivateKeys is false)")]);
});

test("a created member whose public key is given keeps no private key", async () => {
  const state = await made(CREATED);
  const fingerprint = state.keyPairs["ci"]?.["here"]?.fingerprintSha256;
  const { warnings, summary } = cloud.diff(state, { publicKeys: { ci: anna } });
  expect(warnings).toEqual([
    `replacing key pair "team-ci" (publicKeys or publicKeyFolder) gives up its private key ${fingerprint}: keep it (before the update, \`pulumi stack export --show-secrets\` shows it) until no machine needs it.`,
  ]);
  expect(summary).toBe("ci: another key");
});

test("only what made the key is named as the reason of a new one", async () => {
  const news = { ...CREATED, keepers: { n: "1" }, tags: { team: "ops" }, privateKeyFolder: "keys" };
  const state = await made(news);
  const next = { ...news, keepers: { n: "2" }, tags: { team: "qa" }, privateKeyFolder: "other" };
  const { warnings, summary } = cloud.diff(state, next);
  expect(warnings).toEqual([expect.stringMatching(/^ci gets a new key \(keepers\), which rotates/)]);
  expect(summary).toBe("ci: another key, other tags");
});
