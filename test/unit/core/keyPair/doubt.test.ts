import { beforeEach, describe, expect, test, vi } from "vitest";
import { createKeyPair } from "../../../../provider/core/keyPair/create";
import { deleteKeyPair } from "../../../../provider/core/keyPair/delete";
import { diffKeyPair } from "../../../../provider/core/keyPair/diff";
import { readKeyPair } from "../../../../provider/core/keyPair/read";
import type { CheckedKeyPairArgs, KeyPairState } from "../../../../provider/core/model";
import { contextOf, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, lostAfterTheEffect, lostBeforeTheEffect } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { AN_HOUR_AGO } from "../support/states";

/* A reply was lost, and the cloud could not be asked either: the state keeps the doubt, and the next run settles it. */

const imported = ed25519Key("imported").publicKey;
const anothers = ed25519Key("another's").publicKey;
const SOURCES: [string, CheckedKeyPairArgs][] = [
  ["an import", { keyPairName: "web", publicKeyBody: imported }],
  ["a creation", { keyPairName: "web" }],
];

let backend: FakeBackend;
let context: ReturnType<typeof contextOf>;

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
  context = contextOf(backend);
});

async function doubtful(args: CheckedKeyPairArgs, lost = lostAfterTheEffect): Promise<KeyPairState> {
  const method = args.publicKeyBody === undefined ? "createKeyPair" : "importKeyPair";
  backend.script(method, lost).script("findKeyPair", (effect) => effect(), fails("PermissionDenied"));
  const { state, incomplete } = await withoutWaiting(() => createKeyPair(args, context));
  expect(incomplete?.message).toContain("it is not known whether");
  return state;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const remove = (state: KeyPairState) => withoutWaiting(() => deleteKeyPair("web", state, context));

describe.each(SOURCES)("of %s", (_, args) => {
  test("the next run replaces it, whatever the program says, and warns of no rotation", async () => {
    const state = await doubtful(args);
    const { settings, catalog } = context;
    for (const more of [{}, { onExisting: "adopt" as const }]) {
      const diff = diffKeyPair({ state, args: { ...args, ...more }, settings, catalog });
      expect(diff).toMatchObject({ changes: [{ kind: "replace" }], deleteBeforeReplace: true, warnings: [] });
    }
  });

  test("a pair that was made after all is deleted", async () => {
    await remove(await doubtful(args));
    expect(backend.pairs.size).toBe(0);
    expect(context.warnings).toEqual([]);
  });

  test("a pair that was not made is gone", async () => {
    const state = await doubtful(args, lostBeforeTheEffect);
    expect(await withoutWaiting(() => readKeyPair("web", state, context))).toBeUndefined();
    await remove(state);
    expect(context.warnings).toEqual([]);
  });

  test("an older pair of that name is somebody's", async () => {
    const state = await doubtful(args, lostBeforeTheEffect);
    const theirs = backend.put("web", imported, { createdAt: AN_HOUR_AGO });
    await remove(state);
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(context.warnings.join()).toContain("was left alone");
  });

  test("a pair of that name that is made a day later is somebody's", async () => {
    const state = await doubtful(args, lostBeforeTheEffect);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    const theirs = backend.put("web", imported);
    await remove(state);
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(context.warnings).toEqual([
      'key pair "web" (fake here) was left alone: by its time or its key, it is not the one of the call whose reply was lost ' +
        `(fingerprint ${theirs.fingerprint}, made ${theirs.createdAt}), so somebody else made it. Delete it by hand if nobody needs it.`,
    ]);
  });

  test("a pair that the request makes minutes after its reply was lost is deleted, also a day later", async () => {
    const state = await doubtful(args, lostBeforeTheEffect);
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    backend.put("web", imported);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    await remove(state);
    expect(backend.pairs.size).toBe(0);
    expect(context.warnings).toEqual([]);
  });

  test("a state that does not tell when the call ended is taken as before", async () => {
    const { __callEndedAt: _, ...state } = await doubtful(args, lostBeforeTheEffect);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    backend.put("web", imported);
    await remove(state);
    expect(backend.pairs.size).toBe(0);
  });

  test("a pair that instances use is left", async () => {
    const state = await doubtful(args);
    backend.script("deleteKeyPair", fails("InUse"));
    await remove(state);
    expect(backend.pairs.size).toBe(1);
    expect(context.warnings.join()).toContain("instances use it, so somebody holds its private key");
  });

  test("a refresh that finds the pair keeps the doubt", async () => {
    const state = await doubtful(args);
    expect(await readKeyPair("web", state, context)).toMatchObject({ state });
  });
});

test("a pair with another key than the import's is somebody's", async () => {
  const state = await doubtful({ keyPairName: "web", publicKeyBody: imported }, lostBeforeTheEffect);
  backend.put("web", anothers);
  await remove(state);
  expect(backend.pairs.size).toBe(1);
});

test.each<[string, CheckedKeyPairArgs, "createKeyPair" | "importKeyPair"]>([
  ["the name", { keyPairName: "web", __automaticName: true }, "createKeyPair"],
  ["the key", { keyPairName: "web", keyGeneration: { source: "local", type: "ecdsa" } }, "importKeyPair"],
])("where nobody else can have %s, a pair is this call's at any time", async (_, args, method) => {
  backend.script(method, lostBeforeTheEffect).script("findKeyPair", fails("PermissionDenied"));
  const { state, incomplete } = await withoutWaiting(() => createKeyPair(args, context));
  expect(incomplete?.message).toContain("it is not known whether");
  await vi.advanceTimersByTimeAsync(DAY_MS);
  backend.put("web", state.publicKey || anothers);
  await remove(state);
  expect(backend.pairs.size).toBe(0);
});

test("where nobody else can have the name, a pair is this call's, whatever the clocks say", async () => {
  backend.script("createKeyPair", lostBeforeTheEffect).script("findKeyPair", fails("PermissionDenied"));
  const args = { keyPairName: "web", __automaticName: true };
  const { state } = await withoutWaiting(() => createKeyPair(args, context));
  backend.put("web", anothers, { createdAt: AN_HOUR_AGO });
  await remove(state);
  expect(backend.pairs.size).toBe(0);
});

test("where nobody else can have the key, a pair is this call's, whatever the clocks say", async () => {
  const lost = lostBeforeTheEffect;
  backend.script("importKeyPair", lost).script("findKeyPair", fails("PermissionDenied"));
  const args: CheckedKeyPairArgs = {
    keyPairName: "web",
    keyGeneration: { source: "local", type: "ed25519" },
  };
  const { state } = await withoutWaiting(() => createKeyPair(args, context));
  const theirs = backend.put("web", anothers);
  await remove(state);
  expect(backend.pairs.get("web")).toBe(theirs);
  backend.put("web", state.publicKey, { createdAt: AN_HOUR_AGO });
  await remove(state);
  expect(backend.pairs.size).toBe(0);
});
