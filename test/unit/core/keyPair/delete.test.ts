import { beforeEach, describe, expect, test } from "vitest";
import { deleteKeyPair } from "../../../../provider/core/keyPair/delete";
import type { KeyPairState } from "../../../../provider/core/model";
import { contextOf, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, lostAfterTheEffect, lostBeforeTheEffect, stale } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { createdState, foreignState, importedState, without } from "../support/states";

let backend: FakeBackend;
let context: ReturnType<typeof contextOf>;

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
  context = contextOf(backend);
});

const remove = (state: KeyPairState) => withoutWaiting(() => deleteKeyPair("web", state, context));

test("a pair that holds our key is deleted, after one look at it", async () => {
  backend.put("web", importedState().publicKey);
  await remove(importedState());
  expect(backend.calls).toEqual(["find web exact", "delete web"]);
  expect(backend.pairs.size).toBe(0);
  expect(context.warnings).toEqual([]);
});

test("one that is gone is deleted", async () => {
  await remove(importedState());
  expect(backend.calls).toEqual(["find web exact"]);
});

test("one that was just made and that reads do not show yet is not left over", async () => {
  backend.put("web", importedState().publicKey);
  backend.script("findKeyPair", stale, stale, stale);
  await remove(importedState({ createdAt: new Date().toISOString() }));
  expect(backend.pairs.size).toBe(0);
});

test("one whose key somebody replaced is theirs, and that is said", async () => {
  const theirs = backend.put("web", ed25519Key("another's").publicKey);
  await remove(importedState());
  expect(backend.writes).toEqual([]);
  expect(context.warnings).toEqual([
    `key pair "web" (fake here) was left alone: its key is not the one that this stack made (now ${theirs.fingerprint}), so somebody replaced it. ` +
      "Delete it by hand if nobody needs it.",
  ]);
});

test("so is one that a refresh showed with another key, until its own is back", async () => {
  const state = foreignState(createdState());
  backend.put("web", state.publicKey);
  await remove(state);
  expect(backend.writes).toEqual([]);
  backend.put("web", createdState().publicKey);
  await remove(state);
  expect(backend.writes).toEqual(["delete web"]);
});

test("where the cloud gives no key, the fingerprint of before decides", async () => {
  const record = without(backend.put("web", importedState().publicKey), "publicKey");
  backend.pairs.set("web", { ...record, fingerprint: "another" });
  await remove(importedState());
  expect(backend.writes).toEqual([]);
  backend.pairs.set("web", record);
  await remove(importedState());
  expect(backend.writes).toEqual(["delete web"]);
});

describe("an attached pair", () => {
  const inUse = fails("InUse", { message: 'key pair "web" is attached to i-1 and i-2' });

  test("is waited for, and what for is shown", async () => {
    backend.put("web", importedState().publicKey);
    backend.script("deleteKeyPair", inUse, inUse, inUse);
    const before = Date.now();
    await remove(importedState());
    expect(backend.pairs.size).toBe(0);
    expect(Date.now() - before).toBeGreaterThanOrEqual(250 + 500 + 1000);
    expect(context.progress).toEqual(Array(3).fill('waiting: key pair "web" is attached to i-1 and i-2'));
  });

  test("is reported with its instances at the deadline, and not before", async () => {
    context = contextOf(backend, { timeoutSeconds: 60 });
    backend.put("web", importedState().publicKey);
    backend.script("deleteKeyPair", ...Array<typeof inUse>(100).fill(inUse));
    const before = Date.now();
    await expect(remove(importedState())).rejects.toThrow('key pair "web" is attached to i-1 and i-2.');
    expect(Date.now() - before).toBeGreaterThan(50_000);
    expect(Date.now() - before).toBeLessThanOrEqual(60_500);
    // The pauses grow to five seconds: a minute takes no more calls than this.
    expect(backend.writes.length).toBeLessThan(18);
  });

  test("the wait can be interrupted", async () => {
    const interrupt = new AbortController();
    context.operation = { ...context.operation, signal: interrupt.signal };
    backend.put("web", importedState().publicKey);
    backend.script("deleteKeyPair", () => {
      setTimeout(() => interrupt.abort(), 100);
      return inUse(() => undefined);
    });
    await expect(remove(importedState())).rejects.toThrow("interrupted while waiting for the cloud.");
  });
});

test.each([
  ["after the effect", lostAfterTheEffect],
  ["before the effect", lostBeforeTheEffect],
])("a reply that is lost %s: the deletion is sent again", async (_when, lost) => {
  backend.put("web", importedState().publicKey);
  backend.script("deleteKeyPair", lost);
  await remove(importedState());
  expect(backend.pairs.size).toBe(0);
  expect(context.progress).toEqual(["the reply to the deletion was lost; asking again"]);
});

test.each(["PermissionDenied", "Unavailable", "Refused"] as const)(
  "%s is an error, at once",
  async (code) => {
    backend.put("web", importedState().publicKey);
    backend.script("deleteKeyPair", fails(code));
    await expect(remove(importedState())).rejects.toMatchObject({ code });
    expect(backend.writes).toEqual(["delete web"]);
  },
);

test("a pair whose key somebody replaced while instances kept it is left", async () => {
  backend.put("web", importedState().publicKey);
  const theirs = ed25519Key("another's").publicKey;
  backend.script("deleteKeyPair", () => {
    backend.put("web", theirs);
    return fails("InUse")(() => undefined);
  });
  await remove(importedState());
  expect(backend.pairs.get("web")?.publicKey).toBe(theirs);
  expect(context.warnings.join()).toContain("somebody replaced it");
});

test("a pair of another owner is not deleted, though it has the name and the key", async () => {
  backend.put("web", importedState().publicKey);
  backend.ownerOfPairs = { id: "another-account" };
  await expect(remove(importedState({ ownerId: "this-account" }))).rejects.toThrow(
    "belongs to account this-account, and these credentials (the tests) are those of account another-account",
  );
  expect(backend.writes).toEqual([]);
});

test("nor one of another owner whom only the pair itself names", async () => {
  backend.put("web", importedState().publicKey, { ownerId: "another-account" });
  await expect(remove(importedState({ ownerId: "this-account" }))).rejects.toThrow(
    "belongs to account this-account, and these credentials (the tests) are those of account another-account",
  );
  expect(backend.writes).toEqual([]);
});
