import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createKeyPair } from "../../../../provider/core/keyPair/create";
import type { CheckedKeyPairArgs, OnExisting } from "../../../../provider/core/model";
import { contextOf, testFolder, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, meanwhile } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";

const ours = ed25519Key("imported").publicKey;
const theirs = ed25519Key("another's").publicKey;
const ORPHANS = "If an interrupted run left it, `npx pulumi-keypair orphans` tells, and can delete it.";
const DECIDE =
  'Choose another keyPairName, delete that pair, or say with onExisting what to do: "adopt" takes a pair over that has the same public key (with the resource option retainOnDelete, if another stack has it too), "recreate" deletes it first.';
const WAYS_OUT = {
  created: `Choose another keyPairName, delete that pair, or let onExisting: "recreate" delete it first. ${ORPHANS}`,
  adoptable: `Put its private key at privateKeyFile, or import its public key (publicKeyBody), to adopt it. Or: choose another keyPairName, delete that pair, or let onExisting: "recreate" delete it first. ${ORPHANS}`,
  imported: `${DECIDE} ${ORPHANS}`,
  same: `${DECIDE} If the resource was only renamed in the program, an alias keeps the pair. ${ORPHANS}`,
};

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

function refusal(how: string | undefined, wayOut: keyof typeof WAYS_OUT): string {
  const pair = backend.pairs.get("web");
  return `a key pair "web" is there already${how ? `, ${how}` : ""} (fingerprint ${pair?.fingerprint}, made ${pair?.createdAt}). ${WAYS_OUT[wayOut]}`;
}

const create = (args: CheckedKeyPairArgs) => createKeyPair(args, contextOf(backend));

describe("the name is taken", () => {
  test.each<
    [
      string,
      OnExisting | undefined,
      Partial<CheckedKeyPairArgs>,
      string,
      string | undefined,
      keyof typeof WAYS_OUT,
    ]
  >([
    ["an import", undefined, { publicKeyBody: ours }, theirs, "with another key", "imported"],
    ["an import", "fail", { publicKeyBody: ours }, ours, "with this very key", "same"],
    [
      "an import",
      "adopt",
      { publicKeyBody: ours },
      theirs,
      "with another key, so it cannot be adopted",
      "imported",
    ],
    ["a creation", undefined, {}, theirs, undefined, "created"],
    [
      "a creation",
      "adopt",
      {},
      theirs,
      "and its private key is not known, so it cannot be adopted",
      "adoptable",
    ],
    [
      "a local creation",
      "fail",
      { keyGeneration: { source: "local", type: "ed25519" } },
      theirs,
      undefined,
      "created",
    ],
  ])(
    "%s with onExisting %s fails, and touches nothing",
    async (_what, onExisting, more, there, how, wayOut) => {
      const before = backend.put("web", there);
      const args = { keyPairName: "web", ...more, ...(onExisting ? { onExisting } : {}) };
      await expect(create(args)).rejects.toThrow(refusal(how, wayOut));
      expect(backend.pairs.get("web")).toBe(before);
      expect(backend.writes).toHaveLength(1);
    },
  );

  test.each<[string, Partial<CheckedKeyPairArgs>]>([
    ["an import", { publicKeyBody: ours }],
    ["a creation", {}],
  ])("%s with onExisting recreate deletes it first", async (_what, more) => {
    backend.put("web", theirs);
    const { state } = await create({ keyPairName: "web", onExisting: "recreate", ...more });
    expect(backend.writes.map((call) => call.split(" ")[0])).toEqual([
      more.publicKeyBody ? "import" : "create",
      "delete",
      more.publicKeyBody ? "import" : "create",
    ]);
    expect(state.publicKey).not.toBe(theirs);
    expect(backend.pairs.get("web")?.publicKey).toBe(state.publicKey);
  });

  test("recreate waits for instances to let go of it", async () => {
    useFakeTime();
    backend.put("web", theirs);
    backend.script("deleteKeyPair", fails("InUse", { message: "attached to i-1" }));
    const context = contextOf(backend);
    await withoutWaiting(() =>
      createKeyPair({ keyPairName: "web", publicKeyBody: ours, onExisting: "recreate" }, context),
    );
    expect(context.progress).toEqual([
      'deleting the key pair "web" that is there, as onExisting says',
      "waiting: attached to i-1",
    ]);
  });

  test("and free again right after: it is made", async () => {
    useFakeTime();
    backend.script("importKeyPair", fails("AlreadyExists"));
    await withoutWaiting(() => create({ keyPairName: "web", publicKeyBody: ours }));
    expect(backend.writes).toEqual(["import web", "import web"]);
  });
});

describe("the name is taken, and no pair of that name is visible", () => {
  const args: CheckedKeyPairArgs = { keyPairName: "web", publicKeyBody: ours };

  test("it is waited for, however long the deletion before takes", async () => {
    useFakeTime();
    backend.script("importKeyPair", ...Array(12).fill(fails("AlreadyExists")));
    const context = contextOf(backend);
    const { state } = await withoutWaiting(() => createKeyPair(args, context));
    expect(state.publicKey).toBe(ours);
    expect(backend.writes).toHaveLength(13);
    expect(context.progress).toContain(
      'waiting for the name "web": the deletion of the key pair that had it has not ended',
    );
  });

  test("until the time is up", async () => {
    useFakeTime();
    backend.script(
      "importKeyPair",
      ...Array(200).fill(fails("AlreadyExists", { cloudCode: "KeyPair.AlreadyExist" })),
    );
    const context = contextOf(backend, { timeoutSeconds: 120 });
    await expect(withoutWaiting(() => createKeyPair(args, context))).rejects.toMatchObject({
      code: "AlreadyExists",
      message:
        'the name "web" is still taken, although no key pair of that name is visible (fake here) (code KeyPair.AlreadyExist). The cloud ' +
        "may need minutes to end a deletion, or these credentials may not see the pair. Run `pulumi up` again later, or choose another keyPairName.",
    });
    // With pauses that grow: a name is not asked for every second for minutes.
    expect(backend.writes.length).toBeGreaterThan(5);
    expect(backend.writes.length).toBeLessThan(10);
  });

  test("a lost reply before that stays in doubt", async () => {
    useFakeTime();
    backend.script("importKeyPair", fails("OutcomeUnknown"), ...Array(200).fill(fails("AlreadyExists")));
    const context = contextOf(backend, { timeoutSeconds: 120 });
    const { state, incomplete } = await withoutWaiting(() => createKeyPair(args, context));
    expect(state.__isDoubtful).toBe(true);
    expect(incomplete?.message).toContain('it is not known whether key pair "web" was made');
  });
});

describe("adopt", () => {
  const adopt: CheckedKeyPairArgs = { keyPairName: "web", publicKeyBody: ours, onExisting: "adopt" };

  test("takes over the pair with this key, and gives it the program's tags and resource group", async () => {
    backend.put("web", `${ours} another comment`, {
      tags: { team: "dev", old: "1" },
      resourceGroupId: "rg-1",
    });
    const { id, state } = await create({ ...adopt, tags: { team: "ops" }, resourceGroupId: "rg-2" });
    expect(id).toBe("web");
    expect(state).toMatchObject({ tags: { team: "ops" }, resourceGroupId: "rg-2", publicKeyBody: ours });
    expect(backend.pairs.get("web")).toMatchObject({
      tags: { team: "ops", old: "1" },
      resourceGroupId: "rg-2",
    });
  });

  test("leaves a tag alone that is to be ignored, also where the program says it", async () => {
    backend.put("web", ours, { tags: { cost: "theirs", team: "dev" } });
    const context = contextOf(backend);
    const settings = { ...context.settings, ignoreTags: { keys: ["cost"] } };
    await createKeyPair({ ...adopt, tags: { cost: "ours", team: "ops" } }, { ...context, settings });
    expect(backend.pairs.get("web")?.tags).toEqual({ cost: "theirs", team: "ops" });
  });

  test("leaves tags and a group alone that the program says nothing of", async () => {
    const tags = { owner: "another tool" };
    backend.put("web", ours, { tags, resourceGroupId: "rg-1" });
    const { state } = await create(adopt);
    expect(backend.writes).toEqual(["import web"]);
    expect(backend.pairs.get("web")?.tags).toEqual(tags);
    expect(state).not.toHaveProperty("tags");
  });

  test("changes nothing that is so already", async () => {
    backend.put("web", ours, { tags: { team: "ops" }, resourceGroupId: "rg-1" });
    await create({ ...adopt, tags: { team: "ops" }, resourceGroupId: "rg-1" });
    expect(backend.writes).toEqual(["import web"]);
  });

  test("takes over a created pair whose private key the user holds", async () => {
    const { privateKey, publicKey } = rsaKey("held");
    const file = join(testFolder(), "web.pem");
    writeFileSync(file, privateKey);
    backend.put("web", publicKey);
    const { state } = await create({ keyPairName: "web", onExisting: "adopt", privateKeyFile: file });
    expect(state).toMatchObject({ privateKey, publicKey });
    expect(backend.writes).toEqual(["import web"]);
  });

  test("a held key whose pair is gone is imported", async () => {
    const { privateKey, publicKey } = rsaKey("held");
    const file = join(testFolder(), "web.pem");
    writeFileSync(file, privateKey);
    await create({ keyPairName: "web", onExisting: "adopt", privateKeyFile: file });
    expect(backend.pairs.get("web")?.publicKey).toBe(publicKey);
  });

  test("a held key that is not the pair's is no reason to touch the pair", async () => {
    const file = join(testFolder(), "web.pem");
    writeFileSync(file, rsaKey("held").privateKey);
    backend.put("web", theirs);
    await expect(create({ keyPairName: "web", onExisting: "adopt", privateKeyFile: file })).rejects.toThrow(
      refusal("with another key, so it cannot be adopted", "imported"),
    );
  });

  test("that fails half-way made nothing of its own", async () => {
    backend.put("web", ours);
    backend.script("changeTags", fails("PermissionDenied"));
    await expect(create({ ...adopt, tags: { team: "ops" } })).rejects.toMatchObject({
      code: "PermissionDenied",
    });
    expect(backend.pairs.has("web")).toBe(true);
  });
});

test("a second writer that wins the name meanwhile keeps it", async () => {
  const winner = () => backend.put("web", theirs);
  backend.script("createKeyPair", meanwhile(winner));
  await expect(create({ keyPairName: "web" })).rejects.toMatchObject({ code: "AlreadyExists" });
  expect(backend.writes).toEqual(["create web"]);
  expect(backend.pairs.get("web")?.publicKey).toBe(theirs);
});
