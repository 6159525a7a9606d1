import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FolderJournal } from "../../../../provider/core/journal";
import { keyPairResource } from "../../../../provider/core/keyPair";
import type { CheckedKeyPairArgs, KeyPairState } from "../../../../provider/core/model";
import { ResourceService } from "../../../../provider/core/resource/service";
import { contextOf, testFolder, URN, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fine, type Step } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { AN_HOUR_AGO, createdState, importedState, without } from "../support/states";

vi.mock("node:timers/promises", () => import("../support/fakeClock.js"));

/* The calls of one run of the engine, or of two, in the order in which it makes them. */

const OTHER_URN = `${URN}-renamed`;
const imported = ed25519Key("imported").publicKey;
let backend: FakeBackend;
let journalFolder: string;

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
  journalFolder = join(testFolder(), "journal");
});

/** What serves one run: the engine starts a process for each. */
function run() {
  const context = contextOf(backend, { journalFolder });
  const warnings: string[] = [];
  const reporter = { warn: (_: unknown, message: string) => warnings.push(message), progress() {} };
  const journal = new FolderJournal(journalFolder);
  const parts = { ...context, journal, reporter, settings: () => context.settings };
  const service = new ResourceService(keyPairResource, parts);
  return {
    warnings,
    check: (news: Partial<CheckedKeyPairArgs>) =>
      service.check({ logicalName: "web", olds: {}, news, preview: false }, { urn: URN }),
    diff: (state: KeyPairState, args: CheckedKeyPairArgs) => service.diff("web", state, args, { urn: URN }),
    create: (args: CheckedKeyPairArgs, urn = URN) => withoutWaiting(() => service.create(args, { urn })),
    read: (state: Partial<KeyPairState>) => service.read("web", state, { urn: URN }),
    delete: (state: KeyPairState, urn = URN) => withoutWaiting(() => service.delete("web", state, { urn })),
  };
}

describe("a pair that this run took over, or made again, is not deleted for an older state", () => {
  test.each([
    ["a resource that was renamed without an alias, and adopts", OTHER_URN, "adopt"],
    ["the same resource, replaced by the engine's own wish, and adopting", URN, "adopt"],
    ["the same resource, made again under its name", URN, "recreate"],
  ] as const)("%s", async (_, urn, onExisting) => {
    backend.put("web", imported);
    const { create, delete: remove, warnings } = run();
    await create({ keyPairName: "web", publicKeyBody: imported, onExisting }, urn);
    await remove(importedState());
    expect(backend.pairs.get("web")?.publicKey).toBe(imported);
    expect(warnings).toEqual([
      'key pair "web" (fake here) was left alone: this run made it again or took it over, so the stack has it still.',
    ]);
  });

  test("a later run deletes it", async () => {
    await run().create({ keyPairName: "web", publicKeyBody: imported });
    await run().delete(importedState());
    expect(backend.pairs.size).toBe(0);
  });
});

describe("a replacement under the same name that was killed after the old pair had gone", () => {
  const die: Step = (effect) => {
    fine(effect);
    throw new Error("SIGKILL");
  };

  async function killedReplacement(state: KeyPairState, args: CheckedKeyPairArgs): Promise<void> {
    backend.put("web", state.publicKey, { createdAt: AN_HOUR_AGO });
    const killed = run();
    expect(killed.diff(state, args).deleteBeforeReplace).toBe(true);
    await killed.delete(state);
    backend.script("createKeyPair", die).script("importKeyPair", die);
    await expect(killed.create(args)).rejects.toThrow("SIGKILL");
  }

  test("a created pair: what nobody has the key of is removed, and made again", async () => {
    const state = createdState({ tags: { a: "1" } });
    backend.generated.push(rsaKey("lost").privateKey, rsaKey("made again").privateKey);
    await killedReplacement(state, { keyPairName: "web" });
    // The engine still has the old state, and asks about it.
    const next = run();
    next.diff(state, { keyPairName: "web" });
    const { state: made } = await next.create({ keyPairName: "web" });
    expect(made.privateKey).toBe(rsaKey("made again").privateKey);
    expect(next.warnings).toEqual([expect.stringContaining("an earlier run was killed while it made it")]);
  });

  test("an imported pair with the same key: it is taken over", async () => {
    const state = importedState({ tags: { a: "1" } });
    const args = { keyPairName: "web", publicKeyBody: imported };
    await killedReplacement(state, args);
    const next = run();
    next.diff(state, args);
    expect((await next.create(args)).state.publicKey).toBe(imported);
    expect(backend.pairs.size).toBe(1);
  });
});

test.each([
  ["a replacement", true],
  ["a destroy that refreshes first", false],
])("the key file of a pair that is deleted by %s makes way for the next one: %s", async (_, isReplaced) => {
  const privateKeyFile = join(testFolder(), "web.pem");
  const { privateKey = "", ...state } = createdState({ privateKeyFile });
  writeFileSync(privateKeyFile, privateKey);
  backend.put("web", state.publicKey, { createdAt: AN_HOUR_AGO });
  const { check, diff, delete: remove } = run();
  if (isReplaced) check({ keyPairName: "web" });
  diff(state, { keyPairName: "web", privateKeyFile });
  await remove(state);
  const leftKey = new FolderJournal(journalFolder).leftKey(URN);
  expect(leftKey).toBe(isReplaced ? state.__ownKey : undefined);
});

test("a state that does not say whose key it holds (another version wrote it, or a hand) holds its own", async () => {
  const state = createdState();
  backend.put("web", state.publicKey);
  // What older states lack, the type cannot say.
  const old = without(state, "__ownKey") as KeyPairState;
  const { diff, read, delete: remove } = run();
  expect(diff(old, { keyPairName: "web" }).changes).toEqual([]);
  expect((await read(old))?.state).toEqual(state);
  await remove(old);
  expect(backend.pairs.size).toBe(0);
});

test("the rotation of a private key is said by an up or a preview, not by a refresh", () => {
  const state = createdState();
  const args = { keyPairName: "web", tags: { a: "1" } };
  const { check, diff, warnings } = run();
  diff(state, args);
  expect(warnings).toEqual([]);
  check(args);
  diff(state, args);
  expect(warnings).toEqual([expect.stringContaining("rotates its private key")]);
});
