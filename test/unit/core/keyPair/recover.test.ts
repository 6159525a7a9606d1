import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FolderJournal } from "../../../../provider/core/journal";
import { keyPairResource } from "../../../../provider/core/keyPair";
import * as lifecycle from "../../../../provider/core/keyPair/lifecycle";
import type { CheckedKeyPairArgs } from "../../../../provider/core/model";
import { ResourceService } from "../../../../provider/core/resource/service";
import { fingerprintSha256, readPublicKey } from "../../../../provider/keys";
import { contextOf, testFolder, URN, useFakeTime, withoutWaiting } from "../support/context";
import { FakeBackend, fails, fine, meanwhile, type Step } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { importedState } from "../support/states";

vi.mock("node:timers/promises", () => import("../support/fakeClock.js"));

/** No process has this id: it is above what kernels give. */
const DEAD = 2 ** 30;

const imported = ed25519Key("imported").publicKey;
const anothers = ed25519Key("another's").publicKey;
let backend: FakeBackend;
let journalFolder: string;

const createKeyPair: typeof lifecycle.createKeyPair = (...call) =>
  withoutWaiting(() => lifecycle.createKeyPair(...call));
const deleteKeyPair: typeof lifecycle.deleteKeyPair = (...call) =>
  withoutWaiting(() => lifecycle.deleteKeyPair(...call));

beforeEach(() => {
  useFakeTime();
  backend = new FakeBackend();
  journalFolder = join(testFolder(), "journal");
});

/** What a run leaves that is killed at this step of its call: its journal, with the id of a process that is no more. */
async function killedRun(
  args: CheckedKeyPairArgs,
  step: Step,
  { pid = DEAD, urn = URN, timeoutSeconds = 600 } = {},
): Promise<void> {
  const killed = new Error("SIGKILL");
  const die: Step = (effect) => {
    step(effect);
    throw killed;
  };
  const context = { ...contextOf(backend, { journalFolder, timeoutSeconds }), urn };
  const kinds = ["createKeyPair", "importKeyPair"] as const;
  for (const kind of kinds) backend.script(kind, die);
  await expect(createKeyPair(args, context)).rejects.toBe(killed);
  rewriteEntries((entry) => ({ ...entry, pid }));
  // The step of the call that was not made.
  backend = Object.assign(new FakeBackend(), { pairs: backend.pairs, location: backend.location });
}

function minutesFromNow(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}

function rewriteEntries(change: (entry: object) => object): void {
  for (const name of readdirSync(journalFolder)) {
    const file = join(journalFolder, name);
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
  }
}

const nothing: Step = () => undefined;

describe("a run that was killed while the cloud made a pair", () => {
  test.each<[string, CheckedKeyPairArgs, CheckedKeyPairArgs]>([
    ["an explicit name", { keyPairName: "web" }, { keyPairName: "web" }],
    [
      "an automatic name",
      { keyPairName: "web-1234567", __automaticName: true },
      { keyPairName: "web-89abcde", __automaticName: true },
    ],
  ])(
    "under %s: the pair whose private key reached nobody is removed, and said",
    async (_what, args, again) => {
      await killedRun(args, fine);
      expect(backend.pairs.has(args.keyPairName)).toBe(true);
      const context = contextOf(backend, { journalFolder });
      const { state } = await createKeyPair(again, context);
      expect([...backend.pairs.keys()]).toEqual([again.keyPairName]);
      expect(state.privateKey).toBeDefined();
      expect(context.warnings).toEqual([
        `key pair "${args.keyPairName}" (fake here) was deleted: an earlier run was killed while it made it, before the stack's state held it.`,
      ]);
    },
  );

  test("but the request never arrived: nothing is to be done, and it is forgotten", async () => {
    await killedRun({ keyPairName: "web" }, nothing);
    const context = contextOf(backend, { journalFolder });
    await createKeyPair({ keyPairName: "web" }, context);
    expect(backend.writes).toEqual(["create web"]);
    expect(context.warnings).toEqual([]);
    const left = new FolderJournal(journalFolder).interrupted(URN);
    expect(left).toEqual([expect.objectContaining({ pid: process.pid })]);
  });

  test("but the name was somebody's before: theirs is not touched", async () => {
    const theirs = backend.put("web", anothers);
    await killedRun({ keyPairName: "web" }, nothing);
    await expect(
      createKeyPair({ keyPairName: "web" }, contextOf(backend, { journalFolder })),
    ).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(backend.pairs.get("web")).toBe(theirs);
  });

  test("but the pair of that name is older (another account, say): it is not touched", async () => {
    await killedRun({ keyPairName: "web" }, nothing);
    const theirs = backend.put("web", anothers, { createdAt: minutesFromNow(-10) });
    await expect(
      createKeyPair({ keyPairName: "web" }, contextOf(backend, { journalFolder })),
    ).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(backend.pairs.get("web")).toBe(theirs);
  });

  test("and after its deadline somebody made a pair of that name: it is not touched", async () => {
    await killedRun({ keyPairName: "web" }, nothing, { timeoutSeconds: 60 });
    const theirs = backend.put("web", anothers, { createdAt: minutesFromNow(10) });
    const context = contextOf(backend, { journalFolder });
    await expect(createKeyPair({ keyPairName: "web" }, context)).rejects.toMatchObject({
      code: "AlreadyExists",
    });
    expect(backend.pairs.get("web")).toBe(theirs);
    expect(context.warnings).toEqual([]);
  });

  test("and the pair was made hours later, by a call that had so long: it is deleted", async () => {
    await killedRun({ keyPairName: "web" }, nothing, { timeoutSeconds: 10_800 });
    const left = backend.put("web", anothers, { createdAt: minutesFromNow(170) });
    await createKeyPair({ keyPairName: "web" }, contextOf(backend, { journalFolder }));
    expect(backend.pairs.get("web")).not.toBe(left);
  });

  test("but the cloud does not say when the pair was made: it is only spoken of", async () => {
    await killedRun({ keyPairName: "web-1234567", __automaticName: true }, fine);
    const { createdAt: _unknown, ...left } = backend.pairs.get("web-1234567") ?? { createdAt: "" };
    backend.pairs.set("web-1234567", left as never);
    const context = contextOf(backend, { journalFolder });
    await createKeyPair({ keyPairName: "web-89abcde", __automaticName: true }, context);
    expect(backend.pairs.has("web-1234567")).toBe(true);
    expect(context.warnings).toEqual([expect.stringContaining("delete it by hand")]);
  });

  test("but instances use the pair by now: it is only spoken of", async () => {
    await killedRun({ keyPairName: "web-1234567", __automaticName: true }, fine);
    backend.script("deleteKeyPair", fails("InUse"));
    const context = contextOf(backend, { journalFolder });
    await createKeyPair({ keyPairName: "web-89abcde", __automaticName: true }, context);
    expect(backend.pairs.has("web-1234567")).toBe(true);
    expect(context.warnings).toEqual([
      `an earlier run made key pair "web-1234567" (fake here) and was killed before the stack's state held it. If no other stack uses it, delete it by hand.`,
    ]);
  });
});

describe("a run that was killed while it imported", () => {
  const args = { keyPairName: "web", publicKeyBody: imported };

  test("under the same name: the pair is taken over", async () => {
    await killedRun(args, fine);
    const context = contextOf(backend, { journalFolder });
    const { state } = await createKeyPair(args, context);
    expect(state.publicKey).toBe(imported);
    expect(state).not.toHaveProperty("onExisting");
    expect(backend.writes).toEqual(["import web"]);
    expect(context.warnings).toEqual([]);
  });

  test("and what follows the takeover fails: the next run takes it over still", async () => {
    await killedRun(args, fine);
    backend.script("changeTags", fails("Throttled"));
    const tagged = { ...args, tags: { team: "ops" } };
    await expect(createKeyPair(tagged, contextOf(backend, { journalFolder }))).rejects.toMatchObject({
      code: "Throttled",
    });
    const { state } = await createKeyPair(tagged, contextOf(backend, { journalFolder }));
    expect(backend.pairs.get("web")?.tags).toEqual({ team: "ops" });
    expect(state.publicKey).toBe(imported);
    expect(backend.writes.filter((write) => write.startsWith("import"))).toHaveLength(2);
  });

  test("under an automatic name: its pair is removed", async () => {
    await killedRun({ ...args, keyPairName: "web-1234567", __automaticName: true }, fine);
    await createKeyPair(
      { ...args, keyPairName: "web-89abcde", __automaticName: true },
      contextOf(backend, { journalFolder }),
    );
    expect([...backend.pairs.keys()]).toEqual(["web-89abcde"]);
  });

  test("and the program has another name now: a pair that may be another's is only spoken of", async () => {
    await killedRun(args, fine);
    const context = contextOf(backend, { journalFolder });
    await createKeyPair({ ...args, keyPairName: "web2" }, context);
    expect([...backend.pairs.keys()]).toEqual(["web", "web2"]);
    expect(context.warnings).toHaveLength(1);
  });

  test("and the pair of that name and key is older: it is somebody's, and onExisting decides", async () => {
    await killedRun(args, nothing);
    backend.put("web", imported, { createdAt: minutesFromNow(-10) });
    await expect(createKeyPair(args, contextOf(backend, { journalFolder }))).rejects.toThrow(
      "with this very key",
    );
  });

  test("and the program has another key now: the pair is not taken over", async () => {
    await killedRun(args, fine);
    await expect(
      createKeyPair({ ...args, publicKeyBody: anothers }, contextOf(backend, { journalFolder })),
    ).rejects.toThrow("with another key");
    expect(backend.pairs.get("web")?.publicKey).toBe(imported);
  });
});

test("a run that was killed while it imported a key of its own making: nobody has the key, the pair is removed", async () => {
  const args: CheckedKeyPairArgs = {
    keyPairName: "web",
    keyGeneration: { source: "local", type: "ed25519" },
  };
  await killedRun(args, fine);
  const lost = backend.pairs.get("web")?.publicKey;
  const { state } = await createKeyPair(args, contextOf(backend, { journalFolder }));
  expect(state.publicKey).not.toBe(lost);
  expect(backend.pairs.get("web")?.publicKey).toBe(state.publicKey);
});

test("a run that was killed after the engine was told, and before it was saved: the pair is of no use to anybody", async () => {
  const args = { keyPairName: "web-1234567", __automaticName: true };
  await createKeyPair(args, contextOf(backend, { journalFolder }));
  rewriteEntries((entry) => ({ ...entry, pid: DEAD }));
  await createKeyPair({ ...args, keyPairName: "web-89abcde" }, contextOf(backend, { journalFolder }));
  expect([...backend.pairs.keys()]).toEqual(["web-89abcde"]);
});

test("a run that was killed after it wrote the private key's file: its key is put aside for the new one", async () => {
  const privateKeyFile = join(testFolder(), "web.pem");
  const service = () => {
    const context = contextOf(backend, { journalFolder });
    const reporter = { warn: (_: unknown, message: string) => context.warnings.push(message), progress() {} };
    const parts = { ...context, reporter, settings: () => context.settings };
    return { context, service: new ResourceService(keyPairResource, parts) };
  };
  const args = { keyPairName: "web", privateKeyFile };
  backend.generated.push(rsaKey("lost").privateKey, rsaKey("made again").privateKey);
  await withoutWaiting(() => service().service.create(args, { urn: URN }));
  const lost = readFileSync(privateKeyFile, "utf8");
  rewriteEntries((entry) => ({ ...entry, pid: DEAD }));

  const next = service();
  const checked = next.service.check(
    { logicalName: "web", olds: {}, news: args, preview: false },
    { urn: URN },
  );
  expect(checked.failures).toEqual([]);
  const { state } = await withoutWaiting(() => next.service.create(args, { urn: URN }));
  expect(readFileSync(privateKeyFile, "utf8")).toBe(state.privateKey);
  expect(state.privateKey).not.toBe(lost);
  expect(next.context.warnings).toEqual([
    expect.stringContaining("was deleted: an earlier run was killed"),
    expect.stringContaining("the private key of the replaced pair was moved to"),
  ]);
});

describe("what is another's is not touched", () => {
  const args = { keyPairName: "web-1234567", __automaticName: true };
  const again = { keyPairName: "web-89abcde", __automaticName: true };

  async function expectUntouched(context = contextOf(backend, { journalFolder })): Promise<void> {
    await createKeyPair(again, context);
    expect(backend.pairs.has("web-1234567")).toBe(true);
    expect(context.warnings).toEqual([]);
    expect(backend.writes).toEqual(["create web-89abcde"]);
  }

  test("another place", async () => {
    await killedRun(args, fine);
    backend.location = "fake elsewhere";
    await expectUntouched();
    // It is still there for a run in that place.
    expect(new FolderJournal(journalFolder).interrupted(URN)).toContainEqual(
      expect.objectContaining({ name: "web-1234567", location: "fake here" }),
    );
  });

  test("another resource", async () => {
    await killedRun(args, fine, { urn: `${URN}-other` });
    await expectUntouched();
  });

  test("another project folder", async () => {
    await killedRun(args, fine);
    const elsewhere = vi.spyOn(process, "cwd").mockReturnValue("/another/project");
    await expectUntouched();
    elsewhere.mockRestore();
  });

  test("a run that goes on: its process lives", async () => {
    await killedRun(args, fine, { pid: process.ppid });
    await expectUntouched();
  });
});

test("in a container the killed run may have had our process id", async () => {
  const args = { keyPairName: "web-1234567", __automaticName: true };
  await killedRun(args, fine, { pid: process.pid });
  await createKeyPair({ ...args, keyPairName: "web-89abcde" }, contextOf(backend, { journalFolder }));
  expect([...backend.pairs.keys()]).toEqual(["web-89abcde"]);
});

test("a failed recovery fails the creation, and is tried again by the next", async () => {
  await killedRun({ keyPairName: "web-1234567", __automaticName: true }, fine);
  const again = { keyPairName: "web-89abcde", __automaticName: true };
  backend.script("findKeyPair", fails("Unavailable"));
  await expect(createKeyPair(again, contextOf(backend, { journalFolder }))).rejects.toMatchObject({
    code: "Unavailable",
  });
  await createKeyPair(again, contextOf(backend, { journalFolder }));
  expect([...backend.pairs.keys()]).toEqual(["web-89abcde"]);
});

describe("the journal", () => {
  const args = { keyPairName: "web", publicKeyBody: imported };
  const entries = () => readdirSync(journalFolder);

  test("holds no key, and is its owner's only", async () => {
    await createKeyPair({ keyPairName: "web" }, contextOf(backend, { journalFolder }));
    const [name = ""] = entries();
    const text = readFileSync(join(journalFolder, name), "utf8");
    expect(JSON.parse(text)).toEqual({
      name: "web",
      location: "fake here",
      isNew: true,
      madeKey: fingerprintSha256(readPublicKey(rsaKey("made by the cloud").publicKey)),
      startedAt: expect.any(Number),
      endsBy: expect.any(Number),
      pid: process.pid,
    });
    expect(statSync(join(journalFolder, name)).mode & 0o777).toBe(0o600);
    expect(statSync(journalFolder).mode & 0o777).toBe(0o700);
  });

  test("forgets what the engine was told, once its run ends as it should", async () => {
    const journal = new FolderJournal(journalFolder);
    await createKeyPair(args, { ...contextOf(backend, { journalFolder }), journal });
    expect(entries()).toHaveLength(1);
    journal.runEnded();
    expect(entries()).toEqual([]);
  });

  test("keeps it all when a call is left behind: that is no end as it should be", async () => {
    const journal = new FolderJournal(journalFolder);
    await createKeyPair(args, { ...contextOf(backend, { journalFolder }), journal });
    const now = Date.now();
    journal.begin(URN, { name: "left", location: "fake here", isNew: true, startedAt: now, endsBy: now });
    journal.runEnded();
    expect(entries()).toHaveLength(2);
  });

  test("forgets what the state confirms", async () => {
    await createKeyPair(args, contextOf(backend, { journalFolder }));
    const journal = new FolderJournal(journalFolder);
    journal.confirm(URN, "another name");
    journal.confirm(undefined, "web");
    expect(entries()).toHaveLength(1);
    journal.confirm(URN, "web");
    expect(entries()).toEqual([]);
  });

  test("forgets what was deleted: a later pair of the name is somebody else's", async () => {
    await createKeyPair(args, contextOf(backend, { journalFolder }));
    await deleteKeyPair("web", importedState(), contextOf(backend, { journalFolder }));
    expect(entries()).toEqual([]);
  });

  test("forgets a call that certainly made nothing", async () => {
    backend.script("importKeyPair", fails("QuotaExceeded"));
    await expect(createKeyPair(args, contextOf(backend, { journalFolder }))).rejects.toThrow();
    expect(entries()).toEqual([]);
  });

  test.each<[string, Step]>([
    ["the outcome is not known", fails("OutcomeUnknown")],
    ["nobody can look", fails("OutcomeUnknown")],
    [
      "the error is none of ours",
      () => {
        throw new TypeError();
      },
    ],
  ])("keeps a call where %s", async (what, step) => {
    backend.script("importKeyPair", step, step, step, step, step);
    if (what === "nobody can look") backend.script("findKeyPair", fails("DeadlineExceeded"));
    const context = contextOf(backend, { journalFolder });
    await expect(createKeyPair(args, context)).rejects.toThrow();
    expect(entries()).toHaveLength(1);
  });

  test("without a folder that can be written to, all goes on", async () => {
    const file = join(testFolder(), "a file");
    writeFileSync(file, "");
    const context = contextOf(backend, { journalFolder: join(file, "journal") });
    const { id } = await createKeyPair(args, context);
    expect(id).toBe("web");
    await deleteKeyPair("web", importedState(), { ...context, made: new lifecycle.MadeInRun() });
    expect(backend.pairs.size).toBe(0);
    backend.script("importKeyPair", fails("QuotaExceeded"));
    await expect(createKeyPair(args, context)).rejects.toMatchObject({ code: "QuotaExceeded" });
  });

  test("without a URN there is none", async () => {
    const context = { ...contextOf(backend, { journalFolder }), urn: undefined };
    await createKeyPair(args, context);
    expect(() => entries()).toThrow("ENOENT");
  });

  test("files that are none of its own, or of another version, are passed over", async () => {
    await killedRun({ keyPairName: "web-1234567", __automaticName: true }, fine);
    const [name = ""] = entries();
    const key = name.split(".")[0];
    for (const [index, text] of ["", "null", "[]", '{"name":1}', '{"name":"web-1234567"}', "{"].entries()) {
      writeFileSync(join(journalFolder, `${key}.${index}.json`), text);
    }
    writeFileSync(join(journalFolder, "notes.txt"), "mine");
    expect(new FolderJournal(journalFolder).interrupted(URN)).toHaveLength(1);
  });

  test("what this process itself begins is not interrupted", async () => {
    const journal = new FolderJournal(journalFolder);
    journal.confirm(URN, "read once");
    const context = { ...contextOf(backend, { journalFolder }), journal };
    backend.script(
      "importKeyPair",
      meanwhile(() => expect(journal.interrupted(URN)).toEqual([])),
    );
    await createKeyPair(args, context);
  });
});
