import { beforeEach, describe, expect, test, vi } from "vitest";
import { keyPairResource } from "../../../../provider/core/keyPair";
import type { CheckedKeyPairArgs, KeyPairState } from "../../../../provider/core/model";
import { ResourceService } from "../../../../provider/core/resource/service";
import { contextOf, URN, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, fine, lostBeforeTheEffect, meanwhile, type Step } from "../support/fakeBackend";
import { ed25519Key } from "../support/keys";
import { createdState, importedState } from "../support/states";

/* The calls of one run of the engine, or of two, in the order in which it makes them. */

const OTHER_URN = `${URN}-renamed`;
const imported = ed25519Key("imported").publicKey;
let backend: FakeBackend;

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
});

/** What serves one run: the engine starts a process for each. */
function run(cloud = backend) {
  const context = contextOf(cloud);
  const warnings: string[] = [];
  const reporter = {
    warn: (_: unknown, message: string) => warnings.push(message),
    inform() {},
    progress() {},
    debug() {},
  };
  const { catalog, run: memory } = context;
  // A fake backend a place: the state's region says which.
  const parts = { catalog, run: memory, reporter, settings: () => context.settings };
  const service = new ResourceService(keyPairResource, parts);
  return {
    warnings,
    context,
    check: (news: Partial<CheckedKeyPairArgs>, urn = URN, olds: Partial<CheckedKeyPairArgs> = {}) =>
      service.check({ logicalName: "web", olds, news, preview: false }, { urn }),
    diff: (state: KeyPairState, args: CheckedKeyPairArgs, urn = URN) => service.diff(state, args, { urn }),
    create: (args: CheckedKeyPairArgs, urn = URN) => withoutWaiting(() => service.create(args, { urn })),
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

  test("with another key: nobody is told to delete it by hand", async () => {
    const { create, delete: remove, warnings } = run();
    backend.put("web", imported);
    const replaced = ed25519Key("another").publicKey;
    await create({ keyPairName: "web", publicKeyBody: replaced, onExisting: "recreate" }, OTHER_URN);
    await remove(importedState());
    expect(backend.pairs.get("web")?.publicKey).toBe(replaced);
    expect(warnings).toEqual([
      'key pair "web" (fake here) was left alone: it has another key now, and this run made it again or took it over, so the stack has it still.',
    ]);
  });

  test("a later run deletes it", async () => {
    await run().create({ keyPairName: "web", publicKeyBody: imported });
    await run().delete(importedState());
    expect(backend.pairs.size).toBe(0);
  });
});

describe("a pair that one resource made after another one was left in doubt about that name is not deleted for the doubt", () => {
  const program = { keyPairName: "web" };
  const inDoubt = async () => {
    backend
      .script("createKeyPair", lostBeforeTheEffect)
      .script("findKeyPair", fine, fails("PermissionDenied"));
    const { state } = await run().create(program);
    expect(state.__isDoubtful).toBe(true);
    return state;
  };

  test.each([
    ["", 0],
    [", a day after the call", 24 * 3_600_000],
  ])("in the same run%s", async (_, later) => {
    const doubt = await inDoubt();
    await vi.advanceTimersByTimeAsync(later);
    const { create, delete: remove, warnings } = run();
    await create(program, OTHER_URN);
    await remove(doubt);
    expect(backend.pairs.has("web")).toBe(true);
    expect(warnings).toEqual([
      'key pair "web" (fake here) was left alone: this run made it again or took it over, so the stack has it still.',
    ]);
  });

  test("in an earlier run", async () => {
    const doubt = await inDoubt();
    const { state } = await run().create(program, OTHER_URN);
    const { check, diff, delete: remove, warnings } = run();
    check(program, OTHER_URN);
    diff(state, program, OTHER_URN);
    await remove(doubt);
    expect(backend.pairs.has("web")).toBe(true);
    expect(warnings).toEqual([
      'key pair "web" (fake here) was left alone: a resource of the program has it, so the stack has it still.',
    ]);
  });
});

describe("a pair that moves to another account with its name and its key", () => {
  const old = new FakeBackend();
  const move = async (owner: { id: string } | undefined, oldOwner: { id: string } | undefined) => {
    backend.ownerOfPairs = owner;
    old.ownerOfPairs = oldOwner;
    old.put("web", imported);
    const { context, create, delete: remove, warnings } = run();
    const { open } = context.catalog;
    context.catalog.open = async (connection, credentials) => {
      await open(connection, credentials);
      return connection.profile === "old" ? old : backend;
    };
    context.settings = { ...context.settings, connection: { backend: "alibaba" } };
    await create({ keyPairName: "web", publicKeyBody: imported, connection: { profile: "new" } });
    await remove(importedState({ backend: "alibaba", connection: { profile: "old" } }));
    return warnings;
  };

  test("is deleted in the old account", async () => {
    expect(await move({ id: "new-account" }, { id: "old-account" })).toEqual([]);
    expect([backend.pairs.size, old.pairs.size]).toEqual([1, 0]);
  });

  test("is left when it cannot be told whether the account is another one", async () => {
    expect(await move({ id: "new-account" }, undefined)).toEqual([
      expect.stringContaining(
        "was left alone: as far as can be told, this run made it again or took it over",
      ),
    ]);
    expect(old.pairs.size).toBe(1);
  });

  test("is left when both profiles lead to one account", async () => {
    expect(await move({ id: "account" }, { id: "account" })).toHaveLength(1);
    expect(old.pairs.size).toBe(1);
  });

  test("is left when one account is reached at another endpoint, such as one of a private network", async () => {
    old.endpoint = "https://ecs-vpc.here.example";
    try {
      expect(await move({ id: "account" }, { id: "account" })).toEqual([
        expect.stringContaining("as far as can be told"),
      ]);
      expect(old.pairs.size).toBe(1);
      for (const { pairs } of [backend, old]) pairs.clear();
      await move({ id: "new-account" }, { id: "old-account" });
      expect(old.pairs.size).toBe(0);
    } finally {
      old.endpoint = backend.endpoint;
    }
  });
});

describe("a pair that another resource took over in an earlier run, which did not come to the deletion", () => {
  const program = { keyPairName: "web", publicKeyBody: imported, onExisting: "adopt" } as const;
  /** What the taker's state says of the pair, when this run compares it. */
  const runWith = (kept: Partial<KeyPairState>) => {
    const started = run();
    started.check(program, OTHER_URN);
    started.diff(importedState(kept), program, OTHER_URN);
    // What the check says of the key.
    started.warnings.splice(0);
    return started;
  };

  test.each([
    ["local", {}, {}],
    ["of the same account", { id: "account" }, { ownerId: "account" }],
  ])("is left, and that is said: %s", async (_, owner, state) => {
    if ("id" in owner) backend.ownerOfPairs = owner;
    backend.put("web", imported);
    const { delete: remove, warnings } = runWith(state);
    await remove(importedState(state));
    expect(backend.writes).toEqual([]);
    expect(warnings).toEqual([
      'key pair "web" (fake here) was left alone: a resource of the program has it, so the stack has it still.',
    ]);
  });

  test("is left when it cannot be told whether the account is the same", async () => {
    backend.ownerOfPairs = { id: "account" };
    backend.put("web", imported);
    const { delete: remove, warnings } = runWith({});
    await remove(importedState({ ownerId: "account" }));
    expect(backend.writes).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining("as far as can be told, a resource of the program has it"),
    ]);
  });

  test("is left when the comparison comes only while the pair is looked at", async () => {
    backend.put("web", imported);
    const { check, diff, delete: remove } = run();
    check(program, OTHER_URN);
    backend.script(
      "findKeyPair",
      meanwhile(() => diff(importedState(), program, OTHER_URN)),
    );
    await remove(importedState());
    expect(backend.writes).toEqual([]);
  });

  test.each([
    ["in another region", { region: "there" }],
    ["in another store", { connection: { path: "/another/store" } }],
    ["of another account", { ownerId: "another-account" }],
    ["under another name", { keyPairName: "db" }],
    ["with another key", { __ownKey: "SHA256:another" }],
  ])("one %s is another pair, and this one is deleted", async (_, kept) => {
    if ("ownerId" in kept) backend.ownerOfPairs = { id: "account" };
    backend.put("web", imported);
    const { delete: remove, warnings } = runWith(kept);
    await remove(importedState());
    expect(backend.pairs.size).toBe(0);
    expect(warnings).toEqual([]);
  });

  test("is deleted in a run that has no program, such as a destroy", async () => {
    backend.put("web", imported);
    const { diff, delete: remove } = run();
    // After a refresh, and before a destroy, the engine compares too.
    diff(importedState(), program, OTHER_URN);
    await remove(importedState(), OTHER_URN);
    expect(backend.pairs.size).toBe(0);
  });

  test("is deleted for the resource that has it when that is replaced", async () => {
    backend.put("web", imported);
    const { delete: remove, check, diff } = runWith({});
    const news = { ...program, publicKeyBody: ed25519Key("another's").publicKey };
    check(news, OTHER_URN);
    expect(diff(importedState(), news, OTHER_URN).deleteBeforeReplace).toBe(true);
    await remove(importedState(), OTHER_URN);
    expect(backend.pairs.size).toBe(0);
  });

  test("and when the engine replaces it for a reason of its own", async () => {
    backend.put("web", imported);
    const { delete: remove, check } = runWith({});
    check(program, OTHER_URN);
    await remove(importedState(), OTHER_URN);
    expect(backend.pairs.size).toBe(0);
  });
});

describe("a pair that one resource takes over while another one removes it", () => {
  const program = { keyPairName: "web", publicKeyBody: imported, onExisting: "adopt" } as const;
  const late: Step = async (effect) => {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    return effect();
  };
  const inUse = fails("InUse", { message: 'key pair "web" is attached to i-1' });
  beforeEach(() => backend.put("web", imported));

  test("is made again when the deletion takes effect late", async () => {
    const { create, delete: remove, warnings } = run();
    let taken: Promise<unknown> | undefined;
    backend.script("deleteKeyPair", (effect) => {
      taken = create(program, OTHER_URN);
      return late(effect);
    });
    await remove(importedState());
    await taken;
    expect(backend.pairs.get("web")?.publicKey).toBe(imported);
    expect(warnings).toEqual([]);
  });

  test("is left when the takeover has begun", async () => {
    const { create, delete: remove, warnings } = run();
    backend.script("changeTags", late);
    await Promise.all([create({ ...program, tags: { of: "it" } }, OTHER_URN), remove(importedState())]);
    expect(backend.pairs.get("web")?.tags).toEqual({ of: "it" });
    expect(warnings).toEqual([expect.stringContaining("this run made it again or took it over")]);
  });

  test("is left when instances use it first: the takeover does not wait for these", async () => {
    const { create, delete: remove, warnings } = run();
    let taken: Promise<unknown> | undefined;
    backend.script("deleteKeyPair", (effect) => {
      taken = create(program, OTHER_URN);
      return inUse(effect);
    });
    await remove(importedState());
    await taken;
    expect(backend.writes).toEqual(["delete web", "import web"]);
    expect(warnings).toEqual([expect.stringContaining("this run made it again or took it over")]);
  });

  test("is deleted when the takeover fails", async () => {
    const { create, delete: remove } = run();
    const { publicKey } = ed25519Key("another's");
    const taker = create({ ...program, publicKeyBody: publicKey }, OTHER_URN);
    await Promise.all([
      expect(taker).rejects.toThrow("with another key, so it cannot be adopted"),
      remove(importedState()),
    ]);
    expect(backend.pairs.size).toBe(0);
  });

  test("nobody waits for a pair of that name in another account", async () => {
    const { create, delete: remove } = run();
    backend.ownerOfPairs = { id: "account" };
    const order: string[] = [];
    backend.script("importKeyPair", late);
    const taker = create({ ...program, keyPairName: "web" }, OTHER_URN).then(() => order.push("taker"));
    const other = remove(importedState()).then(() => order.push("giver"));
    await Promise.all([taker, other]);
    expect(order).toEqual(["giver", "taker"]);
  });
});

describe("two resources with one name", () => {
  const program = (...resources: object[]) => {
    const { context } = run();
    return resources.map((news, index) => {
      const { settings, catalog, run: memory } = context;
      const request = {
        logicalName: "web",
        olds: {},
        settings,
        catalog,
        run: memory,
        urn: `${URN}-${index}`,
      };
      return keyPairResource.check({ ...request, news }).failures;
    });
  };

  test("in one place are refused at the second", () => {
    const [first, second] = program({ keyPairName: "web" }, { keyPairName: "web", onExisting: "recreate" });
    expect(first).toEqual([]);
    expect(second).toEqual([
      {
        property: "keyPairName",
        reason: `"web" is the name of another resource of this program in the same place too (${URN}-0): give each key pair a name of its own.`,
      },
    ]);
  });

  test("in two places are fine, and so is one name after the other", () => {
    const there = { keyPairName: "web", connection: { region: "there" } };
    expect(program({ keyPairName: "web" }, there, { keyPairName: "db" })).toEqual([[], [], []]);
  });

  test("are fine when the first gives the name up", () => {
    const { context, check } = run();
    check({ keyPairName: "web" });
    check({ keyPairName: "db" });
    const { settings, catalog, run: memory } = context;
    const request = { logicalName: "web", olds: {}, settings, catalog, run: memory, urn: OTHER_URN };
    expect(keyPairResource.check({ ...request, news: { keyPairName: "web" } }).failures).toEqual([]);
  });
});

describe("a pair that another resource of the program has, in one account by other words", () => {
  const IS_ANOTHERS = `the key pair "web" that is there (fake here) is another resource's of this program`;
  const account = { id: "account" };
  const news = (onExisting: "adopt" | "recreate") => ({
    keyPairName: "web",
    publicKeyBody: imported,
    onExisting,
    connection: { profile: "the same account" },
  });
  const state = importedState({ ownerId: account.id });
  const inAccount = () => {
    const started = run();
    backend.ownerOfPairs = account;
    return started;
  };

  test.each(["adopt", "recreate"] as const)(
    "is not touched with onExisting %s when this run made it",
    async (how) => {
      const { create } = inAccount();
      await create({ keyPairName: "web", publicKeyBody: imported });
      const before = backend.pairs.get("web");
      await expect(create(news(how), OTHER_URN)).rejects.toThrow(IS_ANOTHERS);
      expect(backend.pairs.get("web")).toBe(before);
    },
  );

  test.each(["adopt", "recreate"] as const)("nor with %s when it stays as it is", async (how) => {
    const before = backend.put("web", imported);
    const { check, create, diff } = inAccount();
    check({ keyPairName: "web", publicKeyBody: imported });
    expect(diff(state, { keyPairName: "web", publicKeyBody: imported }).changes).toEqual([]);
    await expect(create(news(how), OTHER_URN)).rejects.toThrow(IS_ANOTHERS);
    expect(backend.pairs.get("web")).toBe(before);
  });

  test("is taken over when the other one's state does not tell its account, which may be another", async () => {
    backend.put("web", imported);
    const { check, create, diff } = inAccount();
    check({ keyPairName: "web", publicKeyBody: imported });
    diff(importedState(), { keyPairName: "web", publicKeyBody: imported });
    expect((await create(news("adopt"), OTHER_URN)).id).toBe("web");
  });

  test("is free for the resource that has it, which the engine replaces for a reason of its own", async () => {
    backend.put("web", imported);
    const { check, create, diff } = inAccount();
    check({ keyPairName: "web", publicKeyBody: imported });
    diff(state, { keyPairName: "web", publicKeyBody: imported });
    check({ keyPairName: "web", publicKeyBody: imported });
    expect((await create(news("adopt"))).id).toBe("web");
  });

  test("is free when the program has that resource no more", async () => {
    backend.put("web", imported);
    const { create, diff } = inAccount();
    diff(state, { keyPairName: "web", publicKeyBody: imported });
    expect((await create(news("adopt"), OTHER_URN)).id).toBe("web");
  });
});

test("the rotation of a private key is said by an up or a preview, not by a refresh", () => {
  const state = createdState();
  const args = { keyPairName: "web", tags: { a: "1" } };
  const { check, diff, warnings } = run();
  diff(state, args);
  expect(warnings).toEqual([]);
  check(args, URN, args);
  diff(state, args);
  expect(warnings).toEqual([expect.stringContaining("rotates its private key")]);
});
