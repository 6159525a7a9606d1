import { beforeEach, describe, expect, test } from "vitest";
import type { Credentials } from "../../../../provider/core/backend";
import { deleteKeyPair } from "../../../../provider/core/keyPair/delete";
import { readKeyPair } from "../../../../provider/core/keyPair/read";
import { updateKeyPair } from "../../../../provider/core/keyPair/update";
import type { Connection, KeyPairState } from "../../../../provider/core/model";
import { contextOf, settingsOf, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, stale } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { AN_HOUR_AGO, createdState, foreignState, importedState, without } from "../support/states";

const KEY = { accessKeyId: "id-of-the-stack", accessKeySecret: "secret-of-the-stack" };

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

const read = (state: Partial<KeyPairState>, id = "web") => readKeyPair(id, state, contextOf(backend));

describe("a pair that is there", () => {
  test("unchanged: the state stays as it is, the private key too, for one look at the listing", async () => {
    const state = createdState({ tags: { team: "ops" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "ops" }, resourceGroupId: "rg-1" });
    expect(await read(state)).toMatchObject({ id: "web", state });
    expect(backend.calls).toEqual(["find web sweep"]);
  });

  test("changed tags and group are seen, in the outputs and in the inputs", async () => {
    const state = importedState({ tags: { team: "ops", stage: "dev" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "dev", cost: "1" }, resourceGroupId: "rg-2" });
    const drifted = { tags: { team: "dev" }, resourceGroupId: "rg-2" };
    expect(await read(state)).toEqual({
      id: "web",
      state: { ...state, ...drifted },
      inputs: { keyPairName: "web", publicKeyBody: state.publicKeyBody, ...drifted },
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
    expect(refreshed?.inputs).toEqual({
      keyPairName: "web",
      __keyInCloud: foreignState(state).fingerprintSha256,
    });
    expect(refreshed?.state.__ownKey).toBe(state.__ownKey);
    // And once its own key is back, all is as it was.
    backend.put("web", state.publicKey);
    expect(await read(refreshed?.state ?? {})).toEqual({ id: "web", state, inputs: { keyPairName: "web" } });
  });

  test("another key of an imported pair is an input that drifted", async () => {
    const other = ed25519Key("another's");
    backend.put("web", other.publicKey);
    const refreshed = await read(importedState());
    expect(refreshed?.inputs).toEqual({ keyPairName: "web", publicKeyBody: other.publicKey });
    expect(refreshed?.state.__ownKey).toBe(importedState().__ownKey);
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

  test("and was just made, while reads still show the pair before it, is waited for", async () => {
    useFakeTime();
    const state = importedState({ createdAt: new Date().toISOString() });
    backend.put("web", state.publicKey);
    const before = { ...backend.put("web", ed25519Key("another's").publicKey) };
    backend.put("web", state.publicKey);
    const late = () => before;
    backend.script("findKeyPair", late, late, late);
    const found = await withoutWaiting(() => read(state));
    expect(found?.state.publicKey).toBe(state.publicKey);
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
    const { createdAt: _computed, ...state } = importedState({ tags: { team: "ops" } });
    expect(await read({})).toEqual({
      id: "web",
      state: { ...state, createdAt: AN_HOUR_AGO, ownerId: "u-1", keyPairId: "ssh-1" },
      inputs: { keyPairName: "web", publicKeyBody: publicKey, tags: { team: "ops" } },
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

describe("a pair is looked for where it was made", () => {
  const connected = (connection: Connection, credentials: Credentials = {}) => {
    const context = contextOf(backend);
    context.settings = settingsOf({ connection: { backend: "alibaba", ...connection }, credentials });
    return context;
  };
  const made = { backend: "alibaba", region: "cn-hangzhou" } as const;

  test("on the way that is configured now", async () => {
    const context = connected({ region: "cn-hangzhou", endpoint: "https://new-way.test" }, KEY);
    await readKeyPair("web", importedState({ ...made, __account: "team" }), context);
    expect(context.catalog.opened).toEqual([{ ...made, profile: "team" }]);
    await readKeyPair("web", importedState(made), context);
    expect(context.catalog.opened.at(-1)).toEqual({ ...made, endpoint: "https://new-way.test" });
    expect(context.catalog.credentials).toEqual([{}, KEY]);
  });

  test("and not by the endpoint of another region, unless it serves all", async () => {
    const context = connected({ region: "eu-central-1", endpoint: "https://ecs-vpc.eu.test" });
    await readKeyPair("web", importedState(made), context);
    expect(context.catalog.opened).toEqual([made]);
    const everywhere = connected({ region: "eu-central-1", endpoint: "https://ecs-vpc.{region}.test" });
    await readKeyPair("web", importedState(made), everywhere);
    expect(everywhere.catalog.opened).toEqual([{ ...made, endpoint: "https://ecs-vpc.cn-hangzhou.test" }]);
  });
});

describe("another owner's credentials", () => {
  const OF_A = importedState({ ownerId: "user-a" });

  test("do not see the pair, and that is no sign that it is gone", async () => {
    backend.ownerOfPairs = { id: "user-b", name: "bert" };
    await expect(read(OF_A)).rejects.toThrow(
      'key pair "web" (fake here) belongs to account user-a, and these credentials (the tests) are those of account user-b (bert). Use the credentials of account user-a.',
    );
  });

  test("see a pair of their own with the name, and the same key", async () => {
    backend.put("web", OF_A.publicKey, { ownerId: "user-b" });
    await expect(read(OF_A)).rejects.toMatchObject({ code: "Configuration" });
  });

  test.each([{ id: "user-a" }, undefined])("the owner's own (%j) tell that it is gone", async (owner) => {
    backend.ownerOfPairs = owner;
    expect(await read(OF_A)).toBeUndefined();
  });
});

test("a pair is looked for in its resource group", async () => {
  const state = importedState({ resourceGroupId: "rg-1" });
  backend.put("web", state.publicKey, { resourceGroupId: "rg-1" });
  backend.isLimitedTo = "rg-1";
  expect(await read(state)).toBeDefined();
});

test("also when the program no longer names the group", async () => {
  const state = importedState({ resourceGroupId: "rg-1" });
  backend.put("web", state.publicKey, { resourceGroupId: "rg-1" });
  const args = {
    keyPairName: "web",
    publicKeyBody: String(state.publicKeyBody),
    onExisting: "adopt",
  } as const;
  const { state: after } = await updateKeyPair("web", state, args, contextOf(backend));
  backend.isLimitedTo = "rg-1";
  expect((await read(after))?.state).toEqual(after);
  await deleteKeyPair("web", after, contextOf(backend));
  expect(backend.pairs.size).toBe(0);
});

test("a state that somebody wrote by hand holds its own key", async () => {
  const { __ownKey: _unsaid, ...state } = createdState();
  backend.put("web", state.publicKey);
  expect((await read(state))?.state).toEqual(createdState());
});
