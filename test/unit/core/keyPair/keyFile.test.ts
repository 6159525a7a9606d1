import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { keyPairResource } from "../../../../provider/core/keyPair";
import { readKeyPair } from "../../../../provider/core/keyPair/read";
import type { KeyPairState } from "../../../../provider/core/model";
import { contextOf, type TestContext } from "../support/context";
import { FakeBackend } from "../support/fakeBackend";
import { createdState, importedState } from "../support/states";

const file = "/keys/web.pem";
let backend: FakeBackend;
let context: TestContext;

beforeEach(() => {
  backend = new FakeBackend();
  context = contextOf(backend);
});

const created = (more: Partial<KeyPairState> = {}) => createdState({ privateKeyFile: file, ...more });
const isKnown = (path = file) => context.run.knownKeyFiles.has(path, created().__ownKey);

describe("the private key file of a pair that is gone", () => {
  test("is known to the run that finds it gone, and the key may be moved aside", async () => {
    await readKeyPair("web", created(), context);
    expect(isKnown()).toBe(true);
  });

  test("is found by its path from the project's folder", async () => {
    await readKeyPair("web", created({ privateKeyFile: "web.pem" }), context);
    expect(isKnown(join(context.settings.projectFolder, "web.pem"))).toBe(true);
  });

  test.each([
    ["while the pair is there", () => backend.put("web", created().publicKey), created()],
    ["when an adoption will take its key over", () => {}, created({ onExisting: "adopt" })],
    ["of an imported pair", () => {}, importedState({ privateKeyFile: file })],
  ])("is not known %s", async (_, happen, state) => {
    happen();
    await readKeyPair("web", state, context);
    expect(isKnown()).toBe(false);
  });
});

test("the key of a pair that stays is no old key, until the engine makes the pair again", () => {
  const urn = "urn:pulumi:test::unit::keypair::web";
  keyPairResource.noteState?.(created(), context, urn);
  expect(isKnown()).toBe(false);
  context.run.knownKeyFiles.release(urn);
  expect(isKnown()).toBe(true);
});

test("the file of a pair that may be replaced is known to the run that compares it", () => {
  keyPairResource.noteState?.(created(), context, undefined);
  expect(isKnown()).toBe(true);
});
