import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { deleteKeyPair, readKeyPair } from "../../../../provider/core/keyPair/lifecycle";
import type { KeyPairState } from "../../../../provider/core/model";
import { contextOf, type TestContext, testFolder, URN } from "../support/context";
import { FakeBackend } from "../support/fakeBackend";
import { rsaKey } from "../support/keys";
import { createdState, importedState } from "../support/states";

vi.mock("node:timers/promises", () => import("../support/fakeClock.js"));

const { privateKey } = rsaKey("made by the cloud");
let file: string;
let backend: FakeBackend;
let context: TestContext;

beforeEach(() => {
  file = join(testFolder(), "web.pem");
  backend = new FakeBackend();
  context = contextOf(backend);
});

const created = (more: Partial<KeyPairState> = {}) => createdState({ privateKeyFile: file, ...more });
const leftKey = () => context.journal.leftKey(URN);

describe("a private key file of a pair that is gone", () => {
  test("is noted by the refresh that finds it gone", async () => {
    writeFileSync(file, privateKey);
    expect(await readKeyPair("web", created(), context)).toBeUndefined();
    expect(leftKey()).toBe(created().__ownKey);
  });

  test.each([
    ["while the pair is there", () => backend.put("web", created().publicKey), {}],
    ["where an adoption will take its key over", () => {}, { onExisting: "adopt" } as const],
    ["that holds another key", () => writeFileSync(file, rsaKey("another").privateKey), {}],
    ["that is gone too", () => {}, { privateKeyFile: "nowhere.pem" }],
  ])("is not noted %s", async (_, happen, more) => {
    writeFileSync(file, privateKey);
    happen();
    await readKeyPair("web", created(more), context);
    expect(leftKey()).toBeUndefined();
  });

  test("is not noted of an imported pair, nor where it cannot be read", async () => {
    writeFileSync(file, privateKey);
    await readKeyPair("web", importedState({ privateKeyFile: file }), context);
    mkdirSync(`${file}.d`);
    await readKeyPair("web", created({ privateKeyFile: `${file}.d` }), context);
    expect(leftKey()).toBeUndefined();
  });

  test("is noted by the deletion before a replacement: should the new pair not come, it does in a later run", async () => {
    writeFileSync(file, privateKey);
    backend.put("web", created().publicKey);
    await deleteKeyPair("web", created(), { ...context, isReplaced: true });
    expect(leftKey()).toBe(created().__ownKey);
  });

  test("is the user's after a destroy", async () => {
    writeFileSync(file, privateKey);
    backend.put("web", created().publicKey);
    await deleteKeyPair("web", created(), context);
    expect(leftKey()).toBeUndefined();
  });
});
