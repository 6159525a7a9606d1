import { beforeEach, describe, expect, test } from "vitest";
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
