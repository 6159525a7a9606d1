import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBackendCatalog } from "../../../provider/backends";
import { getKeyPair, getKeyPairs, type LookupContext } from "../../../provider/core/lookup";
import { failureOf } from "./support/failureOf";
import { ed25519Key } from "./support/keys";

const folder = mkdtempSync(join(tmpdir(), "keypair-lookup-"));
const catalog = createBackendCatalog();
const connection = { backend: "local" as const, path: join(folder, "store.sqlite") };
const context: LookupContext = {
  settings: { connection, credentials: {}, timeoutSeconds: 10, projectFolder: folder },
  catalog,
  operation: { signal: new AbortController().signal, deadline: Date.now() + 60_000, progress() {} },
};

beforeAll(async () => {
  const backend = await catalog.open(connection, {});
  const publicKey = ed25519Key("lookup").publicKey;
  await backend.importKeyPair({ name: "web-a", publicKey, tags: { team: "ops" } }, context.operation);
  await backend.importKeyPair({ name: "web-b", publicKey }, context.operation);
  await backend.createKeyPair({ name: "database" }, context.operation);
});
afterAll(async () => {
  await catalog.closeAll();
  rmSync(folder, { recursive: true });
});

it("finds the pair of exactly this name, and tells no private key", async () => {
  const found = await getKeyPair({ keyPairName: "database" }, context);
  expect(found).toMatchObject({
    keyPairName: "database",
    keyPairId: expect.stringMatching(/^ssh-/),
    keyType: "ssh-rsa",
    keyBits: 2048,
    backend: "local",
    region: "local",
  });
  expect(found).not.toHaveProperty("privateKey");
  expect((await failureOf(getKeyPair({ keyPairName: "web-" }, context))).message).toBe(
    `there is no key pair "web-" (local backend, region local, ${connection.path}). Check the name, the region and the account.`,
  );
});

it("filters by all that is given, sorted by name", async () => {
  const names = async (args: object) =>
    (await getKeyPairs(args, context)).map(({ keyPairName }) => keyPairName);
  expect(await names({})).toEqual(["database", "web-a", "web-b"]);
  expect(await names({ nameRegex: "^web-" })).toEqual(["web-a", "web-b"]);
  expect(await names({ nameRegex: "^web-", tags: { team: "ops" } })).toEqual(["web-a"]);
  const { fingerprint } = await getKeyPair({ keyPairName: "database" }, context);
  expect(await names({ fingerprint })).toEqual(["database"]);
});

it("refuses a regular expression that is none", async () => {
  expect(await failureOf(getKeyPairs({ nameRegex: "(" }, context))).toMatchObject({
    code: "InvalidInput",
    message: 'nameRegex "(" is no regular expression.',
  });
});

it("refuses what it would not look for, all of it at once", async () => {
  const wrong = { keyPairNme: "web", connection: { regoin: "here" } } as never;
  expect(await failureOf(getKeyPair(wrong, context))).toMatchObject({
    code: "InvalidInput",
    message:
      "keyPairName: is missing; keyPairNme: there is no such argument: did you mean keyPairName?; " +
      "connection: regoin: there is no such argument: did you mean region?",
  });
  expect(await failureOf(getKeyPairs({ nameRegexp: "^web" } as never, context))).toMatchObject({
    message: "nameRegexp: there is no such argument: did you mean nameRegex?",
    details: { property: "nameRegexp" },
  });
  expect((await failureOf(getKeyPair({ keyPairName: "" }, context))).message).toBe(
    "keyPairName: must not be empty.",
  );
});
