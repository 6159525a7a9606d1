import { beforeEach, describe, expect, test, vi } from "vitest";
import { readKeyPair } from "../../../../provider/core/keyPair/lifecycle";
import type { KeyPairState } from "../../../../provider/core/model";
import { contextOf, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, stale } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { AN_HOUR_AGO, createdState, foreignState, importedState, without } from "../support/states";

vi.mock("node:timers/promises", () => import("../support/fakeClock.js"));

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

const read = (state: Partial<KeyPairState>, id = "web") => readKeyPair(id, state, contextOf(backend));

describe("a pair that is there", () => {
  test("unchanged: the state stays as it is, the private key too, for one look at the listing", async () => {
    const state = createdState({ tags: { team: "ops" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "ops" }, resourceGroupId: "rg-1" });
    expect(await read(state)).toEqual({ id: "web", state });
    expect(backend.calls).toEqual(["find web sweep"]);
  });

  test("changed tags and group are seen", async () => {
    const state = importedState({ tags: { team: "ops" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "dev", cost: "1" }, resourceGroupId: "rg-2" });
    expect((await read(state))?.state).toEqual({
      ...state,
      tags: { team: "dev", cost: "1" },
      resourceGroupId: "rg-2",
    });
  });

  test("tags and a group that the program never set are another tool's", async () => {
    const state = importedState();
    backend.put("web", state.publicKey, { tags: { cost: "1" }, resourceGroupId: "rg-2" });
    expect((await read(state))?.state).toEqual(state);
  });

  test("another key is seen, and whose the pair was is kept, with its private key", async () => {
    const state = createdState();
    const other = ed25519Key("another's");
    backend.put("web", other.publicKey);
    const refreshed = await read(state);
    expect(refreshed?.state).toEqual(foreignState(state));
    expect(refreshed?.state.__ownKey).toBe(state.__ownKey);
    // And once its own key is back, all is as it was.
    backend.put("web", state.publicKey);
    expect((await read(refreshed?.state ?? {}))?.state).toEqual(state);
  });

  test("a cloud that gives no key is compared by its fingerprint", async () => {
    const state = createdState();
    const record = without(backend.put("web", state.publicKey), "publicKey");
    backend.pairs.set("web", record);
    expect((await read(state))?.state).toEqual(state);
    backend.pairs.set("web", { ...record, fingerprint: "another" });
    expect((await read(state))?.state).toMatchObject({
      fingerprint: "another",
      fingerprintMd5: "another",
      fingerprintSha256: "",
      publicKey: "",
      __ownKey: state.__ownKey,
    });
  });

  test("a text that is no key, which somebody put there, is another key", async () => {
    backend.put("web", importedState().publicKey, { publicKey: "two\nkeys", fingerprint: "f" });
    expect((await read(importedState()))?.state).toMatchObject({ publicKey: "", fingerprint: "f" });
  });
});

describe("a pair that is not there", () => {
  test("is asked for by name before it is called gone", async () => {
    expect(await read(importedState())).toBeUndefined();
    expect(backend.calls).toEqual(["find web sweep", "find web exact"]);
  });

  test("in a listing that lags is there", async () => {
    backend.put("web", importedState().publicKey);
    backend.script("findKeyPair", stale);
    expect(await read(importedState())).toBeDefined();
  });

  test("and was just made is waited for", async () => {
    useFakeTime();
    const createdAt = new Date(Date.now() - 30_000).toISOString();
    backend.put("web", importedState().publicKey);
    backend.script("findKeyPair", stale, stale, stale, stale);
    const found = await withoutWaiting(() => read(importedState({ createdAt })));
    expect(found?.state.createdAt).toBe(createdAt);
    expect(backend.calls).toHaveLength(5);
  });

  test("and was just made is gone once reads have settled", async () => {
    useFakeTime();
    const before = Date.now();
    const createdAt = new Date(before).toISOString();
    expect(await withoutWaiting(() => read(importedState({ createdAt })))).toBeUndefined();
    expect(Date.now() - before).toBeGreaterThanOrEqual(10_000);
  });

  test.each([
    "PermissionDenied",
    "Throttled",
    "Unavailable",
    "DeadlineExceeded",
    "Unauthenticated",
    "NotFound",
  ] as const)("because of %s is no pair that is gone", async (code) => {
    backend.script("findKeyPair", fails(code));
    await expect(read(importedState())).rejects.toMatchObject({ code });
    backend.script("findKeyPair", stale, fails(code));
    await expect(read(importedState())).rejects.toMatchObject({ code });
  });
});

describe("a pair of which only the name is known", () => {
  test("becomes what the cloud says", async () => {
    const { publicKey } = ed25519Key("imported");
    backend.put("web", publicKey, {
      tags: { team: "ops" },
      createdAt: AN_HOUR_AGO,
      ownerId: "u-1",
      id: "ssh-1",
    });
    expect(await read({})).toEqual({
      id: "web",
      state: importedState({ tags: { team: "ops" }, ownerId: "u-1", keyPairId: "ssh-1" }),
    });
  });

  test("that is not there is gone", async () => {
    expect(await read({})).toBeUndefined();
  });

  test("is looked for where its own connection says", async () => {
    const context = contextOf(backend);
    await readKeyPair("web", { connection: { backend: "alibaba", region: "cn-hangzhou" } }, context);
    expect(context.catalog.opened).toEqual([{ backend: "alibaba", region: "cn-hangzhou" }]);
  });
});

test("a pair is looked for where it was made, on the way that is configured now", async () => {
  const context = contextOf(backend);
  context.settings = {
    ...context.settings,
    connection: { backend: "alibaba", region: "eu-central-1", endpoint: "https://new-way.test" },
  };
  const connection = { backend: "alibaba", region: "cn-hangzhou", profile: "team" } as const;
  backend.put("web", importedState().publicKey);
  await readKeyPair("web", importedState({ connection, backend: "alibaba", region: "cn-hangzhou" }), context);
  expect(context.catalog.opened).toEqual([{ ...connection, endpoint: "https://new-way.test" }]);
});
