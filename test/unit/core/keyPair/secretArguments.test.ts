import { expect, test } from "vitest";
import { createKeyPair } from "../../../../provider/core/keyPair/create";
import { KEY_PAIR_NOTES, KEY_PAIR_PROPERTIES } from "../../../../provider/core/keyPair/properties";
import type { CheckedKeyPairArgs } from "../../../../provider/core/model";
import { secretNames } from "../../../../provider/core/resource/propertyTable";
import { contextOf } from "../support/context";
import { FakeBackend } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";

/* What a program made a secret stands in clear nowhere else in the state: whatever repeats it is a secret too. */

const [type, key] = ed25519Key("secret").publicKey.split(" ");

test.each<[argument: keyof CheckedKeyPairArgs, said: string, CheckedKeyPairArgs]>([
  ["publicKeyBody", `${key}`, { keyPairName: "web", publicKeyBody: `${type} ${key}` }],
  ["keyPairNamePrefix", "said-", { keyPairName: "said-1", keyPairNamePrefix: "said-" }],
  ["keepers", "said", { keyPairName: "web", keepers: { n: "said" } }],
  ["tags", "said", { keyPairName: "web", tags: { team: "said" } }],
  ["resourceGroupId", "rg-said", { keyPairName: "web", resourceGroupId: "rg-said" }],
  ["userId", "u-said", { keyPairName: "web", userId: "u-said" }],
  ["connection", "said", { keyPairName: "web", connection: { backend: "local", region: "said" } }],
])("what repeats a secret %s is a secret", async (argument, said, args) => {
  const backend = new FakeBackend();
  if (args.userId) backend.ownerOfPairs = { id: args.userId };
  if (args.connection?.region) Object.assign(backend, { region: args.connection.region });
  const { state } = await createKeyPair(args, contextOf(backend));
  const repeating = Object.entries(state).flatMap(([name, value]) =>
    JSON.stringify(value).includes(said) ? [name] : [],
  );
  const secret: string[] = secretNames({ ...KEY_PAIR_PROPERTIES, ...KEY_PAIR_NOTES }, new Set([argument]));
  expect(repeating).toContain(argument);
  expect(repeating.filter((name) => !secret.includes(name))).toEqual([]);
});
