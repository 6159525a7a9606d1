import { beforeEach, describe, expect, test } from "vitest";
import type { KeyPairRecord } from "../../../../provider/core/backend";
import { createKeyPair } from "../../../../provider/core/keyPair/create";
import { deleteKeyPair } from "../../../../provider/core/keyPair/delete";
import { isOwn } from "../../../../provider/core/keyPair/state";
import type { CheckedKeyPairArgs } from "../../../../provider/core/model";
import { contextOf, useFakeTime, withoutWaiting } from "../support/context";
import {
  FakeBackend,
  fails,
  fine,
  lostAfterTheEffect,
  lostBeforeTheEffect,
  meanwhile,
  type Step,
  stale,
} from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { AN_HOUR_AGO } from "../support/states";

const imported = ed25519Key("imported").publicKey;
const anothers = ed25519Key("another's").publicKey;
const first = rsaKey("generated first").privateKey;
const second = rsaKey("generated second").privateKey;
const importArgs: CheckedKeyPairArgs = { keyPairName: "web", publicKeyBody: imported };

let backend: FakeBackend;
let context: ReturnType<typeof contextOf>;

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
  context = contextOf(backend);
});

/** The request is carried out, by a cloud whose clock is ten minutes behind this machine's, and its reply is lost. */
const lostAndTenMinutesBehind: Step = (effect) =>
  lostAfterTheEffect(() => {
    const createdAt = new Date(Date.now() - 10 * 60_000).toISOString();
    backend.pairs.set("web", Object.assign(effect() as KeyPairRecord, { createdAt }));
  });

/** As Nova lists it. */
const withoutTime: Step = (effect) => ({ ...(effect() as KeyPairRecord), createdAt: undefined });

const create = (args: CheckedKeyPairArgs) => withoutWaiting(() => createKeyPair(args, context));

describe("of an import", () => {
  test("that was carried out: the pair is found, and nothing is sent again", async () => {
    backend.script("importKeyPair", lostAfterTheEffect);
    const { state } = await create(importArgs);
    expect(state.publicKey).toBe(imported);
    expect(backend.calls).toEqual(["find web exact", "import web", "find web exact"]);
  });

  test("that was carried out, and reads lag: the pair is waited for", async () => {
    backend.script("importKeyPair", lostAfterTheEffect).script("findKeyPair", fine, stale, stale, stale);
    const before = Date.now();
    await create(importArgs);
    expect(backend.writes).toEqual(["import web"]);
    expect(Date.now() - before).toBeGreaterThanOrEqual(250 + 500 + 1000);
    expect(context.progress[0]).toBe('waiting whether key pair "web" appears');
  });

  test("of a key that was made for it, and a late read shows the pair before, deleted a moment ago: the new one is waited for", async () => {
    const old = backend.put("web", anothers);
    backend.pairs.delete("web");
    const late: Step = () => old;
    backend.script("importKeyPair", lostAfterTheEffect).script("findKeyPair", late, late);
    const { state } = await create({
      keyPairName: "web",
      keyGeneration: { source: "local", type: "ecdsa" },
    });
    expect(backend.writes).toEqual(["import web"]);
    expect(state.publicKey).toBe(backend.pairs.get("web")?.publicKey);
    expect(state.privateKey).toContain("PRIVATE KEY");
  });

  test("that never arrived: it is sent again, once reads have settled", async () => {
    backend.script("importKeyPair", lostBeforeTheEffect);
    const before = Date.now();
    await create(importArgs);
    expect(backend.writes).toEqual(["import web", "import web"]);
    expect(Date.now() - before).toBeGreaterThanOrEqual(10_000);
  });

  test("whose effect comes late: the second try finds the name taken by this very key, and is done", async () => {
    backend.script(
      "importKeyPair",
      lostBeforeTheEffect,
      meanwhile(() => backend.put("web", imported)),
    );
    const { state } = await create(importArgs);
    expect(state.publicKey).toBe(imported);
    expect(backend.writes).toEqual(["import web", "import web"]);
  });

  test.each<[string, CheckedKeyPairArgs]>([
    ["by a name", { ...importArgs, __automaticName: true }],
    ["of a key", { keyPairName: "web", keyGeneration: { source: "local", type: "ecdsa" } }],
  ])("%s that was made for it: the pair is this call's, whatever the clocks say", async (_, args) => {
    backend.script("importKeyPair", lostAndTenMinutesBehind);
    const { state } = await create(args);
    expect(state.publicKey).toBe(backend.pairs.get("web")?.publicKey);
    expect(backend.writes).toEqual(["import web"]);
  });

  test("by a name that was made for it, and a pair with another key has it: that is not taken over", async () => {
    const theirs = backend.put("web", anothers);
    backend.script("importKeyPair", lostBeforeTheEffect);
    await expect(create({ ...importArgs, __automaticName: true })).rejects.toThrow(
      'a key pair "web" is there already, with another key',
    );
    expect(backend.pairs.get("web")).toBe(theirs);
  });

  test.each([
    ["minutes ago", 2 * 60_000],
    ["years ago", 2 * 365 * 24 * 3_600_000],
  ])("while an older pair (made %s) has the name and this very key: it is not taken over", async (_, age) => {
    const createdAt = new Date(Date.now() - age).toISOString();
    const theirs = backend.put("web", imported, { createdAt });
    backend.script("importKeyPair", lostBeforeTheEffect);
    await expect(create(importArgs)).rejects.toThrow('a key pair "web" is there already, with this very key');
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(backend.writes).toEqual(["import web"]);
  });

  test("while a pair made minutes ago has this key, and listings tell no times (Nova): it is not taken over", async () => {
    const createdAt = new Date(Date.now() - 2 * 60_000).toISOString();
    const theirs = backend.put("web", imported, { createdAt });
    backend.script("importKeyPair", lostBeforeTheEffect).script("findKeyPair", withoutTime);
    await expect(create(importArgs)).rejects.toThrow('a key pair "web" is there already, with this very key');
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(backend.writes).toEqual(["import web"]);
  });

  test("while somebody else has the name: theirs is left alone", async () => {
    const theirs = backend.put("web", anothers, { createdAt: "2026-01-02T03:04Z" });
    backend.script("importKeyPair", lostBeforeTheEffect);
    await expect(create(importArgs)).rejects.toThrow(
      `a key pair "web" is there already, with another key (fingerprint ${theirs.fingerprint}, made 2026-01-02T03:04Z). Choose another keyPairName`,
    );
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(backend.writes).toEqual(["import web"]);
  });

  test("while somebody else has the name, with onExisting recreate: theirs goes, as the user says", async () => {
    backend.put("web", anothers);
    backend.script("importKeyPair", lostBeforeTheEffect);
    const { state } = await create({ ...importArgs, onExisting: "recreate" });
    expect(state.publicKey).toBe(imported);
    expect(backend.writes).toEqual(["import web", "delete web", "import web"]);
  });

  test("while the pair to adopt is there: it gets the tags too", async () => {
    backend.put("web", imported, { tags: { team: "dev" } });
    backend.script("importKeyPair", lostBeforeTheEffect);
    await create({ ...importArgs, tags: { team: "ops" }, onExisting: "adopt" });
    expect(backend.pairs.get("web")?.tags).toEqual({ team: "ops" });
    expect(backend.writes).toEqual(["import web", "changeTags web"]);
  });

  test("again and again ends with the cloud's last word, and the state keeps that it is in doubt", async () => {
    backend.script("importKeyPair", ...Array<Step>(5).fill(lostBeforeTheEffect));
    const { id, state, incomplete } = await create(importArgs);
    expect(incomplete?.message).toBe(
      'it is not known whether key pair "web" was made, because a reply was lost: the reply was lost. The state keeps that. Run `pulumi up` again: it removes the pair if it is there, and makes it again.',
    );
    expect(backend.writes).toHaveLength(5);
    expect([id, state.keyPairName, state.publicKeyBody, state.__isDoubtful]).toEqual([
      "web",
      "web",
      imported,
      true,
    ]);
  });

  test("is not waited for longer than the deadline", async () => {
    backend.script("importKeyPair", lostBeforeTheEffect, fails("DeadlineExceeded"));
    context = contextOf(backend, { timeoutSeconds: 2 });
    const before = Date.now();
    expect((await create(importArgs)).incomplete?.message).toContain("DeadlineExceeded");
    expect(Date.now() - before).toBeLessThan(3_000);
  });

  test("can be interrupted while it is looked up", async () => {
    backend.script("importKeyPair", lostBeforeTheEffect);
    const interrupt = new AbortController();
    context.operation = { ...context.operation, signal: interrupt.signal };
    backend.script(
      "findKeyPair",
      fine,
      meanwhile(() => interrupt.abort()),
    );
    expect((await create(importArgs)).incomplete).toMatchObject({ code: "Cancelled" });
  });

  test("of a name that somebody had before is kept by the state too: the pair of before is not taken for it", async () => {
    const theirs = backend.put("web", anothers);
    backend.script("importKeyPair", lostBeforeTheEffect).script("findKeyPair", fine, fails("Unavailable"));
    const { state, incomplete } = await create(importArgs);
    expect(incomplete?.message).toContain('it is not known whether key pair "web" was made');
    expect(isOwn(state, theirs)).toBe(false);
    expect(isOwn(state, backend.put("web", imported))).toBe(true);
  });

  test("of a name that somebody had for this very key a moment ago cannot be told: nothing is recorded, and that is said", async () => {
    backend.put("web", imported);
    backend.script("importKeyPair", lostBeforeTheEffect).script("findKeyPair", fine, fails("Unavailable"));
    await expect(create(importArgs)).rejects.toThrow(
      /^it is not known whether key pair "web" was made, .* The state does not keep that, because another pair had that name\. Look which pair has it now,/,
    );
  });

  test("with onExisting recreate, after the pair that was there is gone: the new one is not lost", async () => {
    backend.put("web", anothers);
    backend
      .script("importKeyPair", fine, lostAfterTheEffect)
      .script("findKeyPair", fine, fine, fine, fails("Unavailable"));
    const { state, incomplete } = await create({ ...importArgs, onExisting: "recreate" });
    expect(backend.writes).toEqual(["import web", "delete web", "import web"]);
    expect(incomplete?.message).toContain('it is not known whether key pair "web" was made');
    expect(isOwn(state, backend.pairs.get("web") as KeyPairRecord)).toBe(true);
  });

  test("four times, and the last request finds the name taken, maybe by one of these: the state keeps the doubt", async () => {
    const inTheMeantime = meanwhile(() => backend.put("web", imported));
    backend.script("importKeyPair", ...Array<Step>(4).fill(lostBeforeTheEffect), inTheMeantime);
    const { state, incomplete } = await create(importArgs);
    expect(incomplete?.message).toContain('it is not known whether key pair "web" was made');
    expect(isOwn(state, backend.pairs.get("web") as KeyPairRecord)).toBe(true);
  });
});

describe("of a creation", () => {
  beforeEach(() => {
    backend.generated.push(first, second);
  });

  test.each<CheckedKeyPairArgs>([
    { keyPairName: "web" },
    { keyPairName: "web-1234567", __automaticName: true },
  ])("that was carried out: the pair without a private key is made again (%j)", async (args) => {
    backend.script("createKeyPair", lostAfterTheEffect);
    const { state } = await create(args);
    const name = args.keyPairName;
    expect(backend.writes).toEqual([`create ${name}`, `delete ${name}`, `create ${name}`]);
    expect(state.privateKey).toBe(second);
    expect(context.progress).toEqual([
      `the private key of "${name}" was lost with the reply; making the pair again`,
    ]);
  });

  test("by a name that was made for it: the pair is this call's, whatever the clocks say, and is made again", async () => {
    backend.script("createKeyPair", lostAndTenMinutesBehind);
    const { state } = await create({ keyPairName: "web", __automaticName: true });
    expect(backend.writes).toEqual(["create web", "delete web", "create web"]);
    expect(state.privateKey).toBe(second);
  });

  test("that never arrived: it is sent again", async () => {
    backend.script("createKeyPair", lostBeforeTheEffect);
    const { state } = await create({ keyPairName: "web" });
    expect(backend.writes).toEqual(["create web", "create web"]);
    expect(state.privateKey).toBe(first);
  });

  test("while a pair made minutes ago has the name, and listings tell no times (Nova): it is not deleted", async () => {
    const createdAt = new Date(Date.now() - 2 * 60_000).toISOString();
    const theirs = backend.put("web", anothers, { createdAt });
    backend.script("createKeyPair", lostBeforeTheEffect).script("findKeyPair", withoutTime);
    await expect(create({ keyPairName: "web" })).rejects.toThrow('a key pair "web" is there already');
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(backend.writes).toEqual(["create web"]);
  });

  test("whose effect comes late: the name is taken by our own, which is made again", async () => {
    backend.script(
      "createKeyPair",
      lostBeforeTheEffect,
      meanwhile(() => backend.put("web", anothers)),
    );
    await create({ keyPairName: "web" });
    expect(backend.writes).toEqual(["create web", "create web", "delete web", "create web"]);
  });

  test.each<[string, () => void, CheckedKeyPairArgs]>([
    ["was there before", () => backend.put("web", anothers), { keyPairName: "web" }],
    [
      "has a name by pulumi:autonaming, which need not be unique",
      () => backend.put("web", anothers, { createdAt: new Date(Date.now() - 60_000).toISOString() }),
      { keyPairName: "web", __automaticName: true, __configuredName: true },
    ],
    [
      "is older, also where the look before the call did not show it",
      () => {
        backend.put("web", anothers, { createdAt: new Date(Date.now() - 6 * 60_000).toISOString() });
        backend.script("findKeyPair", stale);
      },
      { keyPairName: "web" },
    ],
  ])("never deletes a pair that %s", async (_what, somebodyElse, args) => {
    somebodyElse();
    const theirs = backend.pairs.get("web");
    backend.script("createKeyPair", lostBeforeTheEffect);
    await expect(create(args)).rejects.toThrow(
      /^a key pair "web" is there already, and the reply that would tell whether this call made it was lost \(fingerprint /,
    );
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(backend.writes).toEqual(["create web"]);
  });

  test("that was settled leaves no doubt: what fails then is said as it is", async () => {
    backend.script("createKeyPair", lostAfterTheEffect, fails("QuotaExceeded"));
    await expect(create({ keyPairName: "web" })).rejects.toThrow(
      /^key pair "web": the cloud answered QuotaExceeded\.$/,
    );
    expect(backend.pairs.size).toBe(0);
  });

  test("of a replacement, while reads still show the pair that was just deleted: the new pair is made again", async () => {
    // The engine has just deleted it; the listing and the first reads are late.
    const deleted = backend.put("web", anothers, { createdAt: AN_HOUR_AGO });
    backend.pairs.clear();
    const late: Step = () => deleted;
    backend.script("createKeyPair", lostAfterTheEffect).script("findKeyPair", late, late, late);
    const { state } = await create({ keyPairName: "web" });
    expect(backend.writes).toEqual(["create web", "delete web", "create web"]);
    expect(state.privateKey).toBe(second);
  });

  test.each<[string, Step[], string[]]>([
    ["still shows what the first try made", [], []],
    ["does so, and the next read shows nothing yet", [stale], ["create web"]],
  ])("twice, while a late read %s: the second one is made again too", async (_, more, tries) => {
    let ofFirstTry: KeyPairRecord | undefined;
    const noted: Step = (effect) => {
      ofFirstTry = effect() as KeyPairRecord;
      return ofFirstTry;
    };
    backend.generated.push(rsaKey("generated third").privateKey);
    backend
      .script("createKeyPair", lostAfterTheEffect, lostAfterTheEffect)
      .script("findKeyPair", fine, noted, fine, () => ofFirstTry, ...more);
    const { state } = await create({ keyPairName: "web" });
    const deletedTwice = ["create web", "delete web", "create web", ...tries, "delete web", "create web"];
    expect(backend.writes).toEqual(deletedTwice);
    expect(state.privateKey).toBe(rsaKey("generated third").privateKey);
  });

  test("and the read before the deletion is late: the pair that is there still is made again", async () => {
    backend.script("createKeyPair", lostAfterTheEffect).script("findKeyPair", fine, fine, stale);
    const { state } = await create({ keyPairName: "web" });
    expect(backend.writes).toEqual(["create web", "create web", "delete web", "create web"]);
    expect(state.privateKey).toBe(second);
  });

  test("whose pair no read shows when it is to be deleted, and the name is taken: the state keeps the doubt", async () => {
    const reads = Array<Step[]>(5).fill([fine, stale]).flat();
    backend.script("createKeyPair", lostAfterTheEffect).script("findKeyPair", fine, ...reads);
    const { state, incomplete } = await create({ keyPairName: "web" });
    expect(incomplete?.message).toContain('it is not known whether key pair "web" was made');
    expect(isOwn(state, backend.pairs.get("web") as KeyPairRecord)).toBe(true);
  });

  test("never deletes a pair that instances use already: somebody holds its private key", async () => {
    backend.script("createKeyPair", lostAfterTheEffect).script("deleteKeyPair", fails("InUse"));
    const before = Date.now();
    await expect(create({ keyPairName: "web" })).rejects.toThrow(
      /^a key pair "web" is there already, and instances use it, so it is another run's \(/,
    );
    expect(backend.pairs.has("web")).toBe(true);
    expect(Date.now() - before).toBeLessThan(1000);
  });

  test("a pair that was there before goes with onExisting recreate", async () => {
    backend.put("web", anothers, { createdAt: "2026-01-02T03:04Z" });
    backend.script("createKeyPair", lostBeforeTheEffect);
    const { state } = await create({ keyPairName: "web", onExisting: "recreate" });
    expect(state.privateKey).toBe(first);
  });

  test("and of the deletion that follows: the pair is found gone", async () => {
    backend.script("createKeyPair", lostAfterTheEffect).script("deleteKeyPair", lostAfterTheEffect);
    const { state } = await create({ keyPairName: "web" });
    expect(state.privateKey).toBe(second);
    expect(backend.writes).toEqual(["create web", "delete web", "create web"]);
  });
});

describe("of an import by the name of a pair that this run has just deleted, with its key and in the same minute", () => {
  let late: Step;
  /** As ECS tells it. */
  let inTheSameMinute: Step;

  beforeEach(async () => {
    const { id, state } = await create(importArgs);
    const old = backend.pairs.get("web");
    late = () => old;
    inTheSameMinute = (effect) => {
      backend.pairs.set("web", Object.assign(effect() as KeyPairRecord, { createdAt: state.createdAt }));
    };
    context = contextOf(backend); // The next run.
    await withoutWaiting(() => deleteKeyPair(id, state, context));
    backend.calls.length = 0;
  });

  const createAgain = () => create({ ...importArgs, tags: { team: "ops" } });

  test("that was carried out, while reads still show the deleted one: the new one is waited for", async () => {
    const lost: Step = (effect) => lostAfterTheEffect(() => inTheSameMinute(effect));
    backend.script("importKeyPair", lost).script("findKeyPair", late, late, late);
    const { state, incomplete } = await createAgain();
    expect(incomplete).toBeUndefined();
    expect(state.__isDoubtful).toBeUndefined();
    expect(backend.writes).toEqual(["import web"]);
  });

  test("that never arrived: the deleted one is not taken for it, and it is sent again", async () => {
    backend.script("importKeyPair", lostBeforeTheEffect).script("findKeyPair", fine, late, late, late);
    await createAgain();
    expect(backend.writes).toEqual(["import web", "import web"]);
    expect(backend.pairs.get("web")?.tags).toEqual({ team: "ops" });
  });

  test("when no time is left to see it settle: the state keeps the doubt", async () => {
    const deadline = Date.now() + 1_000;
    context = { ...context, operation: { ...context.operation, deadline } };
    backend.script("importKeyPair", lostBeforeTheEffect).script("findKeyPair", ...Array(9).fill(late));
    const { state, incomplete } = await createAgain();
    expect(incomplete?.code).toBe("OutcomeUnknown");
    expect(state.__isDoubtful).toBe(true);
  });

  test("that is refused when no time is left: the error says that the deletion may not have ended", async () => {
    const deadline = Date.now() + 1_000;
    context = { ...context, operation: { ...context.operation, deadline } };
    backend
      .script("importKeyPair", fails("AlreadyExists"), fails("AlreadyExists"))
      .script("findKeyPair", ...Array(9).fill(late));
    await expect(createAgain()).rejects.toThrow(
      /"web" is still taken.*The cloud may need minutes to end a deletion/,
    );
  });

  test("long after the deletion, and another's pair of this key has the name: it is not taken over", async () => {
    await withoutWaiting(() => new Promise((resolve) => setTimeout(resolve, 11_000)));
    backend.pairs.set("web", late(() => undefined) as KeyPairRecord);
    backend.script("importKeyPair", lostBeforeTheEffect);
    await expect(createAgain()).rejects.toThrow(/^a key pair "web" is there already, with this very key/);
  });

  test("that is refused, because the deletion has not ended: the name is waited for", async () => {
    backend.script("importKeyPair", fails("AlreadyExists")).script("findKeyPair", late, late, late);
    await createAgain();
    expect(backend.writes).toEqual(["import web", "import web"]);
  });
});
