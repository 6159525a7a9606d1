import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keyPairSetResource } from "../../../../provider/core/keyPairSet";
import { KEY_PAIR_SET_NOTES, KEY_PAIR_SET_PROPERTIES } from "../../../../provider/core/keyPairSet/properties";
import { secretNames } from "../../../../provider/core/resource/propertyTable";
import { testFolder } from "../support/context";
import { fails } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { FakeCloud } from "../support/regions";

/* What a program made a secret stands in clear nowhere else in the state: whatever repeats it is a secret too. */

const { publicKey } = ed25519Key("anna");
const NEWS = {
  publicKeys: { anna: publicKey },
  created: ["ci"],
  privateKeyFolder: "keys",
  savePrivateKeys: false,
  keepers: { n: "1" },
  tags: { team: "ops" },
};

test.each([
  ["publicKeys", { "said-anna": publicKey }],
  ["publicKeyFolder", "said"],
  ["created", ["said-ci"]],
  ["privateKeyFolder", "said-keys"],
  ["keyPairNamePrefix", "said-"],
  ["regions", ["said"]],
  ["keepers", { n: "said" }],
  ["tags", { team: "said" }],
  ["connection", { path: "said" }],
])("what repeats a secret %s is a secret", async (argument, value) => {
  const cloud = new FakeCloud();
  cloud.projectFolder = testFolder();
  mkdirSync(join(cloud.projectFolder, "said"));
  writeFileSync(join(cloud.projectFolder, "said", "said-dora.pub"), publicKey);
  const news = { ...NEWS, [argument]: value };
  const { state } = await cloud.create(news);
  cloud.newRun();
  for (const region of cloud.regions.values())
    region.script("deleteKeyPair", ...Array(4).fill(fails("Refused")));
  const next = { ...news, keyPairNamePrefix: "crew-" };
  const args = cloud.checked(next, state);
  const secrets = new Set([argument]);
  const { settings, catalog, run } = cloud;
  const { summary, paths } = keyPairSetResource.diff({ state, args, settings, catalog, run, secrets });
  expect(JSON.stringify([summary, paths])).not.toContain("said");
  const { state: after } = await cloud.update(state, next);
  expect([args.__keysInFiles, after.__leftOver]).toEqual([expect.anything(), expect.anything()]);
  const repeating = [args, state, after].flatMap((part) =>
    Object.entries(part).flatMap(([name, said]) => (JSON.stringify(said).includes("said") ? [name] : [])),
  );
  const all = { ...KEY_PAIR_SET_PROPERTIES, ...KEY_PAIR_SET_NOTES };
  const secret: string[] = secretNames(all, secrets);
  expect(repeating.filter((name) => !secret.includes(name))).toEqual([]);
});
