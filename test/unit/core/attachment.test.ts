import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createBackendCatalog } from "../../../provider/backends";
import { attachmentResource } from "../../../provider/core/attachment";
import type { Backend } from "../../../provider/core/backend";
import type { ProviderSettings } from "../../../provider/core/connection";
import { KeyPairError } from "../../../provider/core/errors";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../../../provider/core/model";
import { checkNotCancelled } from "../../../provider/core/pause";
import type { OperationContext } from "../../../provider/core/resource/contract";
import { RunMemory } from "../../../provider/core/resource/runMemory";
import { ResourceService } from "../../../provider/core/resource/service";
import { UNKNOWN } from "../../../provider/core/unknown";
import { failureOf } from "./support/failureOf";
import { ed25519Key } from "./support/keys";

/** The local store takes every id that looks like an instance's. */
const MISSING = "not-an-instance";

const folder = mkdtempSync(join(tmpdir(), "keypair-attachment-"));
const catalog = createBackendCatalog();
const settings: ProviderSettings = {
  connection: { backend: "local", path: join(folder, "store.sqlite") },
  credentials: {},
  timeoutSeconds: 10,
  projectFolder: folder,
};
const warnings: string[] = [];
const context: OperationContext = {
  settings,
  catalog,
  operation: { signal: new AbortController().signal, deadline: Date.now() + 60_000, progress() {} },
  warn: (message) => warnings.push(message),
  run: new RunMemory(),
};
let backend: Backend;
let pairs = 0;
let name: string;

beforeAll(async () => {
  backend = await catalog.open({ ...settings.connection, backend: "local" }, {});
});
beforeEach(async () => {
  warnings.length = 0;
  context.run = new RunMemory();
  name = `pair-${++pairs}`;
  await backend.importKeyPair({ name, publicKey: ed25519Key(name).publicKey }, context.operation);
});
afterAll(async () => {
  await catalog.closeAll();
  rmSync(folder, { recursive: true });
});

const client = () => {
  if (!backend.attachments) throw new Error("the backend attaches nothing");
  return backend.attachments;
};
const attached = (pair = name) => client().attachedInstances(pair, context.operation);
/** By an earlier run. */
const made = async (instanceIds: string[]) =>
  (await attachmentResource.create({ keyPairName: name, instanceIds }, { ...context, run: new RunMemory() }))
    .state;

describe("check", () => {
  const check = (news: object, connection = settings.connection) =>
    attachmentResource.check({
      logicalName: "web",
      olds: {},
      news: news as KeyPairAttachmentArgs,
      settings: { ...settings, connection },
      catalog,
      run: new RunMemory(),
    }).failures;

  it("finds all problems at once, each at its property", () => {
    expect(check({ instanceIds: [], extra: 1 })).toEqual([
      { property: "keyPairName", reason: "is missing." },
      { property: "extra", reason: "there is no such argument." },
      { property: "instanceIds", reason: "must not be empty." },
    ]);
    expect(check({ keyPairName: "1abc", instanceIds: ["i-1", "i-1"] })).toEqual([
      { property: "instanceIds", reason: 'must not name "i-1" twice.' },
      { property: "keyPairName", reason: expect.stringContaining("does not start with a letter") },
    ]);
  });

  it("takes values that are not known yet", () => {
    expect(check({ keyPairName: UNKNOWN, instanceIds: UNKNOWN })).toEqual([]);
    expect(check({ keyPairName: name, instanceIds: ["i-1", UNKNOWN] })).toEqual([]);
  });

  it("finds what is wrong with its connection, once", () => {
    const news = { keyPairName: name, instanceIds: ["i-1"] };
    expect(check({ ...news, connection: { profile: "prod" } })).toEqual([
      {
        property: "connection",
        reason: expect.stringMatching(/^profile means nothing to the local backend/),
      },
    ]);
    expect(check({ ...news, connection: { backend: "clown" } })).toEqual([
      { property: "connection", reason: expect.stringMatching(/^backend: must be one of/) },
    ]);
    expect(check({ ...news, region: "here" })).toEqual([
      { property: "region", reason: "is an output, not an argument." },
    ]);
  });

  it("refuses a cloud that attaches nothing", () => {
    expect(check({ keyPairName: name, instanceIds: ["i-1"] }, { backend: "openstack" })).toEqual([
      { property: "", reason: expect.stringMatching(/attach a key pair only while a server is made/) },
    ]);
  });
});

describe("life cycle", () => {
  it("attaches, and says that a running instance has to be restarted", async () => {
    const outcome = await attachmentResource.create(
      { keyPairName: name, instanceIds: ["i-1", "i-2"] },
      context,
    );
    expect(outcome).toMatchObject({ id: name, state: { instanceIds: ["i-1", "i-2"], backend: "local" } });
    expect(outcome.incomplete).toBeUndefined();
    expect(await attached()).toEqual(["i-1", "i-2"]);
    expect(warnings).toEqual([
      `key pair "${name}" takes effect on running instances when they are restarted: i-1, i-2.`,
    ]);
  });

  it("records what was attached when some instances fail", async () => {
    const outcome = await attachmentResource.create(
      { keyPairName: name, instanceIds: ["i-3", MISSING] },
      context,
    );
    expect(outcome.state.instanceIds).toEqual(["i-3"]);
    expect(outcome.incomplete?.message).toMatch(
      new RegExp(
        `^key pair "${name}" could not be attached to an instance: ${MISSING}: .*run \`pulumi up\` again\\.$`,
      ),
    );
  });

  it("fails when no instance took it", async () => {
    const error = await failureOf(
      attachmentResource.create({ keyPairName: name, instanceIds: [MISSING] }, context),
    );
    expect(error).toMatchObject({ code: "Refused", details: { keyPairName: name } });
  });

  it("changes the list in place", async () => {
    const state = await made(["i-4", "i-5"]);
    const args = { keyPairName: name, instanceIds: ["i-5", "i-6"] };
    warnings.length = 0;
    expect((await attachmentResource.update(name, state, args, context)).state.instanceIds).toEqual([
      "i-5",
      "i-6",
    ]);
    expect(await attached()).toEqual(["i-5", "i-6"]);
    expect(warnings.join()).toContain("restarted: i-6.");
  });

  it("keeps what it could not detach or attach out of, and in, the record", async () => {
    const state = await made(["i-7"]);
    const args = { keyPairName: name, instanceIds: ["i-7", MISSING] };
    const outcome = await attachmentResource.update(name, state, args, context);
    expect(outcome.state.instanceIds).toEqual(["i-7"]);
    expect(outcome.incomplete).toMatchObject({ code: "Refused" });
  });

  it("records what was attached when nothing can be detached", async () => {
    const state = await made(["i-7"]);
    const denied = new KeyPairError({ code: "PermissionDenied", message: "the credentials may not detach" });
    const detach = vi.spyOn(client(), "detach").mockRejectedValue(denied);
    const args = { keyPairName: name, instanceIds: ["i-20"] };
    const outcome = await attachmentResource.update(name, state, args, {
      ...context,
      catalog: { ...catalog, open: async () => backend },
    });
    detach.mockRestore();
    expect(outcome).toMatchObject({ state: { instanceIds: ["i-20", "i-7"] }, incomplete: denied });
    expect(await attached()).toEqual(["i-20", "i-7"]);
  });

  it("says a reason once for all instances that have it", async () => {
    const call = attachmentResource.create({ keyPairName: name, instanceIds: ["lost", MISSING] }, context);
    expect((await failureOf(call)).message).toBe(
      `key pair "${name}" could not be attached to 2 instances: lost, ${MISSING}: The specified instance does not exist. (InvalidInstanceId.NotFound). Fix these, or take them out of instanceIds, and run \`pulumi up\` again.`,
    );
  });

  it("sees instances that lost the pair, and leaves those of others alone", async () => {
    const state = await made(["i-8", "i-9"]);
    await client().detach(name, ["i-8"], context.operation);
    await client().attach(name, ["i-10"], context.operation);
    expect((await attachmentResource.read(name, state, context))?.state.instanceIds).toEqual(["i-9"]);
    await client().detach(name, ["i-9"], context.operation);
    expect(await attachmentResource.read(name, state, context)).toBeUndefined();
  });

  it("detaches, also when another pair took an instance meanwhile", async () => {
    const state = await made(["i-11", "i-12"]);
    const other = `${name}-other`;
    await backend.importKeyPair({ name: other, publicKey: ed25519Key(other).publicKey }, context.operation);
    await client().attach(other, ["i-12"], context.operation);
    await attachmentResource.delete(name, state, context);
    expect(await attached()).toEqual([]);
    expect(await attached(other)).toEqual(["i-12"]);
  });

  it("leaves an instance attached that this run attached for another resource", async () => {
    const before = await made(["i-16", "i-17"]);
    const renamed = await attachmentResource.create({ keyPairName: name, instanceIds: ["i-16"] }, context);
    warnings.length = 0;
    await attachmentResource.delete(name, before, context);
    expect(await attached()).toEqual(["i-16"]);
    expect(warnings).toEqual([
      `i-16 stays attached to key pair "${name}" (${backend.location}), because this run attached it again.`,
    ]);
    await attachmentResource.delete(name, renamed.state, { ...context, run: new RunMemory() });
    expect(await attached()).toEqual([]);
  });

  it("hands an instance from one resource to another, in either order", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-21"])];
    const shorter = { keyPairName: name, instanceIds: ["i-18"] };
    const longer = { keyPairName: name, instanceIds: ["i-21", "i-19"] };
    await attachmentResource.update(name, to, longer, context);
    const { state } = await attachmentResource.update(name, from, shorter, context);
    expect(state.instanceIds).toEqual(["i-18"]);
    expect(await attached()).toEqual(["i-18", "i-19", "i-21"]);
  });

  it("is done with detaching when the pair is gone, and with nothing else", async () => {
    const state = await made(["i-13", "i-14"]);
    await client().detach(name, ["i-13", "i-14"], context.operation);
    await backend.deleteKeyPair(name, context.operation);
    const fewer = { keyPairName: name, instanceIds: ["i-14"] };
    expect(await attachmentResource.update(name, state, fewer, context)).toMatchObject({
      state: { instanceIds: ["i-14"] },
    });
    await attachmentResource.delete(name, state, context);
    const more = { keyPairName: name, instanceIds: ["i-13", "i-14", "i-15"] };
    for (const call of [
      attachmentResource.update(name, state, more, context),
      attachmentResource.create(more, context),
    ])
      expect(await failureOf(call)).toMatchObject({
        code: "NotFound",
        details: { cloudCode: "InvalidKeyPairName.NotFound" },
      });
  });
});

describe("an instance that another resource of the program has since an earlier run", () => {
  /** One run of the engine, on the local store. */
  function run(open = catalog.open) {
    const reporter = {
      warn: (_: unknown, message: string) => warnings.push(message),
      inform() {},
      progress() {},
      debug() {},
    };
    const parts = { catalog: { ...catalog, open }, run: new RunMemory(), reporter, settings: () => settings };
    const service = new ResourceService(attachmentResource, parts);
    warnings.length = 0;
    return {
      service,
      /** The engine compares a resource of the program with its state. */
      compare(urn: string, state: KeyPairAttachmentState, instanceIds: string[], keyPairName = name) {
        const args = { keyPairName, instanceIds };
        service.check({ logicalName: urn, olds: {}, news: args }, { urn });
        return service.diff(state, args, { urn });
      },
      update: (urn: string, state: KeyPairAttachmentState, instanceIds: string[]) =>
        service.update(name, state, { keyPairName: name, instanceIds }, { urn }),
    };
  }
  const stays = (instanceId: string) =>
    `${instanceId} stays attached to key pair "${name}" (${backend.location}), because another resource of the program has it.`;

  it("stays attached when this one gives it up", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, update } = run();
    compare("from", from, ["i-18"]);
    expect(compare("to", to, ["i-19"]).changes).toEqual([]);
    expect((await update("from", from, ["i-18"])).state.instanceIds).toEqual(["i-18"]);
    expect(await attached()).toEqual(["i-18", "i-19"]);
    expect(warnings).toEqual([stays("i-19")]);
  });

  it("is attached again when the comparison comes only while it is detached", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, update } = run(async () => backend);
    const detach = client().detach.bind(client());
    const spy = vi.spyOn(client(), "detach").mockImplementationOnce((...request) => {
      compare("to", to, ["i-19"]);
      return detach(...request);
    });
    compare("from", from, ["i-18"]);
    expect((await update("from", from, ["i-18"])).state.instanceIds).toEqual(["i-18"]);
    spy.mockRestore();
    expect(await attached()).toEqual(["i-18", "i-19"]);
    expect(warnings).toEqual([stays("i-19")]);
  });

  it("is attached again when the comparison comes only after it was detached", async () => {
    const [from, { pendingRestarts: _, ...to }] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, update } = run();
    compare("from", from, ["i-18"]);
    await update("from", from, ["i-18"]);
    expect(await attached()).toEqual(["i-18"]);
    expect(compare("to", to, ["i-19"]).changes).toEqual([{ property: "instanceIds", kind: "update" }]);
    warnings.length = 0;
    const { state } = await update("to", to, ["i-19"]);
    expect(await attached()).toEqual(["i-18", "i-19"]);
    // It had the pair all the time that it ran.
    expect([state, warnings]).toEqual([to, []]);
    expect(compare("to", to, ["i-19"]).changes).toEqual([]);
  });

  it("is not attached again when that one gives it up too, or could not lose it", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19", "i-20"])];
    const { compare, update } = run(async () => backend);
    compare("from", from, ["i-18"]);
    const refused = [{ instanceId: "i-19", message: "It is starting." }];
    const spy = vi.spyOn(client(), "detach").mockResolvedValueOnce(refused);
    await update("from", from, ["i-18"]);
    spy.mockRestore();
    expect(compare("to", to, ["i-19", "i-20"]).changes).toEqual([]);
    compare("to", to, ["i-20"]);
    await update("from", from, ["i-18"]);
    expect(compare("to", to, ["i-20"]).changes).toEqual([{ property: "instanceIds", kind: "update" }]);
    await update("to", to, ["i-20"]);
    expect(await attached()).toEqual(["i-18", "i-20"]);
  });

  it("is attached again by the next run when this one fails to", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-17", "i-19"])];
    const first = run(async () => backend);
    first.compare("from", from, ["i-18"]);
    await first.update("from", from, ["i-18"]);
    first.compare("to", to, ["i-17", "i-19"]);
    const timeIsUp = new KeyPairError({ code: "DeadlineExceeded", message: "gave up after 3 tries" });
    const spy = vi.spyOn(client(), "attach").mockRejectedValueOnce(timeIsUp);
    const { state, incomplete } = await first.update("to", to, ["i-17", "i-19"]);
    spy.mockRestore();
    expect([incomplete, state.instanceIds]).toEqual([timeIsUp, ["i-17"]]);
    const { compare, update } = run();
    expect(compare("to", state, ["i-17", "i-19"]).changes).toMatchObject([{ property: "instanceIds" }]);
    await update("to", state, ["i-17", "i-19"]);
    expect(await attached()).toEqual(["i-17", "i-18", "i-19"]);
  });

  it("is attached again where nobody may look at instances", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, update } = run(async () => backend);
    compare("from", from, ["i-18"]);
    const denied = new KeyPairError({ code: "PermissionDenied", message: "the credentials may not do this" });
    const spy = vi.spyOn(client(), "attachedInstances").mockRejectedValue(denied);
    await update("from", from, ["i-18"]);
    spy.mockRestore();
    expect(compare("to", to, ["i-19"]).changes).toMatchObject([{ property: "instanceIds" }]);
  });

  it("is attached again also when the user interrupts while it is detached", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, service } = run(async () => backend);
    const interruption = new AbortController();
    const detach = client().detach.bind(client());
    const detachSpy = vi.spyOn(client(), "detach").mockImplementationOnce(async (...request) => {
      compare("to", to, ["i-19"]);
      const failures = await detach(...request);
      interruption.abort();
      return failures;
    });
    const attach = client().attach.bind(client());
    const spy = vi.spyOn(client(), "attach").mockImplementation(async (pair, ids, operation) => {
      checkNotCancelled(operation);
      return attach(pair, ids, operation);
    });
    compare("from", from, ["i-18"]);
    const args = { keyPairName: name, instanceIds: ["i-18"] };
    await service.update(name, from, args, { urn: "from", signal: interruption.signal });
    for (const spied of [spy, detachSpy]) spied.mockRestore();
    expect(await attached()).toEqual(["i-18", "i-19"]);
  });

  it("is not attached again where it had lost the pair before: only a refresh shows that", async () => {
    const [from, to] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    await client().detach(name, ["i-19"], context.operation);
    const { compare, update } = run();
    compare("from", from, ["i-18"]);
    await update("from", from, ["i-18"]);
    expect(compare("to", to, ["i-19"]).changes).toEqual([]);
  });

  it("stays attached when this one is deleted", async () => {
    const [before, renamed] = [await made(["i-18", "i-19"]), await made(["i-18"])];
    const { compare, service } = run();
    compare("renamed", renamed, ["i-18"]);
    await service.delete(name, before, { urn: "before" });
    expect(await attached()).toEqual(["i-18"]);
    expect(warnings).toEqual([stays("i-18")]);
  });

  it("is detached when both give it up", async () => {
    const [one, other] = [await made(["i-18", "i-19"]), await made(["i-19", "i-20"])];
    const { compare, update } = run();
    compare("one", one, ["i-18"]);
    compare("other", other, ["i-20"]);
    await update("one", one, ["i-18"]);
    expect(await attached()).toEqual(["i-18", "i-20"]);
  });

  it("is detached when the other one is replaced, and when the program has it no more", async () => {
    const [one, other] = [await made(["i-18", "i-19"]), await made(["i-19"])];
    const { compare, update, service } = run();
    service.diff(other, { keyPairName: name, instanceIds: ["i-19"] }, { urn: "left the program" });
    compare("one", one, ["i-18"]);
    compare("other", other, ["i-19"], "another-pair");
    await update("one", one, ["i-18"]);
    expect(await attached()).toEqual(["i-18"]);
  });

  it("is detached for that one when the engine replaces it for a reason of its own", async () => {
    const state = await made(["i-19"]);
    const { compare, service } = run();
    compare("web", state, ["i-19"]);
    const news = { keyPairName: name, instanceIds: ["i-19"] };
    service.check({ logicalName: "web", olds: {}, news }, { urn: "web" });
    await service.delete(name, state, { urn: "web" });
    expect(await attached()).toEqual([]);
  });
});

describe("an instance that one resource detaches while another one attaches it", () => {
  const attaching = (instanceIds: string[]) => ({ keyPairName: name, instanceIds });
  const late = () => new Promise((resolve) => setTimeout(resolve, 20));
  /** Calls with a backend that the test has changed. */
  const changed = () => ({ ...context, catalog: { ...catalog, open: async () => backend } });

  it("is attached when the detachment takes effect late", async () => {
    const from = await made(["i-18", "i-19"]);
    const detach = client().detach.bind(client());
    let taken: Promise<unknown> | undefined;
    const spy = vi.spyOn(client(), "detach").mockImplementationOnce(async (...request) => {
      taken = attachmentResource.create(attaching(["i-19", "i-20"]), changed());
      await late();
      return detach(...request);
    });
    await attachmentResource.update(name, from, attaching(["i-18"]), changed());
    await taken;
    spy.mockRestore();
    expect(await attached()).toEqual(["i-18", "i-19", "i-20"]);
  });

  it("is attached when the attachment has begun", async () => {
    const from = await made(["i-18", "i-19"]);
    const attach = client().attach.bind(client());
    let given: Promise<unknown> | undefined;
    const spy = vi.spyOn(client(), "attach").mockImplementationOnce(async (...request) => {
      given = attachmentResource.update(name, from, attaching(["i-18"]), changed());
      await late();
      return attach(...request);
    });
    await attachmentResource.create(attaching(["i-19"]), changed());
    await given;
    spy.mockRestore();
    expect(await attached()).toEqual(["i-18", "i-19"]);
  });

  it("holds up nobody who has other instances", async () => {
    const from = await made(["i-18", "i-19"]);
    const detach = client().detach.bind(client());
    const spy = vi.spyOn(client(), "detach").mockImplementationOnce(async (...request) => {
      await attachmentResource.create(attaching(["i-21"]), changed());
      return detach(...request);
    });
    await attachmentResource.update(name, from, attaching(["i-18"]), changed());
    spy.mockRestore();
    expect(await attached()).toEqual(["i-18", "i-21"]);
  });

  it("is waited for by one of two resources that have the same instances in another order", async () => {
    const ids = ["i-18", "i-19"];
    await Promise.all(
      [ids, ids.toReversed()].map((each) => attachmentResource.create(attaching(each), context)),
    );
    expect(await attached()).toEqual(ids);
  });
});

describe("restarts", () => {
  const args = (instanceIds: string[], restartInstances = true): KeyPairAttachmentArgs => ({
    keyPairName: name,
    instanceIds,
    restartInstances,
  });
  /** The backend with instances of which these run, and a log of those that were restarted. */
  function withInstances(
    running: string[],
    restart: (id: string) => void = () => {},
    runsAgain: (id: string) => void = () => {},
  ) {
    const restarted: string[] = [];
    const progress: string[] = [];
    const attachments = {
      ...client(),
      runningInstances: async (ids: string[]) => ids.filter((id) => running.includes(id)),
      restart: async (id: string) => {
        restart(id);
        restarted.push(id);
      },
      untilRunning: async (id: string) => runsAgain(id),
    };
    const started: OperationContext = {
      ...context,
      catalog: { ...catalog, open: async () => Object.assign(Object.create(backend), { attachments }) },
      operation: { ...context.operation, progress: (message) => progress.push(message) },
    };
    return { restarted, progress, started };
  }

  it("are made one after the other, of the instances that run", async () => {
    const { restarted, progress, started } = withInstances(["i-31", "i-33"]);
    const { state } = await attachmentResource.create(args(["i-31", "i-32", "i-33"]), started);
    expect(restarted).toEqual(["i-31", "i-33"]);
    expect(progress).toEqual(["restarting i-31 (1 of 2)", "restarting i-33 (2 of 2)"]);
    expect(state).not.toHaveProperty("pendingRestarts");
    expect(warnings).toEqual([]);
  });

  it("that are not wished are recorded, and made once they are wished", async () => {
    const { restarted, started } = withInstances(["i-34", "i-35"]);
    const { state } = await attachmentResource.create(args(["i-34"], false), started);
    expect(state.pendingRestarts).toEqual(["i-34"]);
    expect(warnings).toEqual([expect.stringContaining("when they are restarted: i-34.")]);
    const more = await attachmentResource.update(name, state, args(["i-34", "i-35"], false), started);
    expect(more.state.pendingRestarts).toEqual(["i-34", "i-35"]);
    expect(restarted).toEqual([]);
    const done = await attachmentResource.update(name, more.state, args(["i-34", "i-35"]), started);
    expect(restarted).toEqual(["i-34", "i-35"]);
    expect(done.state).not.toHaveProperty("pendingRestarts");
    const fewer = await attachmentResource.update(name, more.state, args(["i-35"], false), started);
    expect(fewer.state.pendingRestarts).toEqual(["i-35"]);
  });

  it("that fail leave the attachment, the others, and a way on", async () => {
    const { restarted, started } = withInstances(["i-36", "i-37", "i-38"], (id) => {
      if (id === "i-37")
        throw new KeyPairError({
          code: "PermissionDenied",
          message: "the credentials may not call RebootInstance",
          next: "Have it allowed.",
        });
    });
    const { state, incomplete } = await attachmentResource.create(args(["i-36", "i-37", "i-38"]), started);
    expect(restarted).toEqual(["i-36"]);
    expect(state).toMatchObject({ instanceIds: ["i-36", "i-37", "i-38"], pendingRestarts: ["i-37", "i-38"] });
    expect(incomplete?.message).toBe(
      `key pair "${name}" is attached, and the restart of its instances has failed: the credentials may not call RebootInstance. ` +
        "Have it allowed. `pulumi up` restarts the instances that are left: i-37, i-38.",
    );
    const again = withInstances(["i-36", "i-37", "i-38"]);
    expect(
      attachmentResource.diff({ state, args: args(["i-36", "i-37", "i-38"]), ...context }).changes,
    ).toEqual([{ property: "restartInstances", kind: "update" }]);
    await attachmentResource.update(name, state, args(["i-36", "i-37", "i-38"]), again.started);
    expect(again.restarted).toEqual(["i-37", "i-38"]);
  });

  it("are made once, also when the instance does not run again in time", async () => {
    const all = ["i-41", "i-42"];
    const { restarted, started } = withInstances(
      all,
      () => {},
      (id) => {
        const late = {
          code: "DeadlineExceeded",
          message: `${id} does not run yet`,
          next: "Look at it.",
        } as const;
        throw new KeyPairError(late);
      },
    );
    const { state, incomplete } = await attachmentResource.create(args(all), started);
    expect(restarted).toEqual(["i-41"]);
    expect(state).toMatchObject({ instanceIds: all, pendingRestarts: ["i-42"] });
    expect(incomplete?.message).toMatch(/i-41 does not run yet\. Look at it\. .* that are left: i-42\.$/);
    const again = withInstances(all);
    const done = await attachmentResource.update(name, state, args(all), again.started);
    expect(again.restarted).toEqual(["i-42"]);
    expect(done.state).not.toHaveProperty("pendingRestarts");
  });

  it("of which nobody knows are not made again", async () => {
    const all = ["i-47", "i-48"];
    const { started } = withInstances(all, (id) => {
      throw new KeyPairError({
        code: "OutcomeUnknown",
        message: `it is not known whether ${id} was restarted`,
      });
    });
    const { state, incomplete } = await attachmentResource.create(args(all), started);
    expect(state.pendingRestarts).toEqual(["i-48"]);
    expect(incomplete?.message).toContain("it is not known whether i-47 was restarted");
  });

  it("are only of instances that did not have the pair before", async () => {
    const { pendingRestarts: _, ...before } = await made(["i-43"]);
    warnings.length = 0;
    const { restarted, started } = withInstances(["i-43", "i-44", "i-45"]);
    const { state } = await attachmentResource.create(args(["i-43", "i-44"]), started);
    expect(restarted).toEqual(["i-44"]);
    expect(warnings).toEqual([
      `i-43 had key pair "${name}" already. If it runs since before that, it takes the key at its next restart.`,
    ]);
    await attachmentResource.update(name, before, args(["i-43", "i-44", "i-45"]), started);
    expect(restarted).toEqual(["i-44", "i-45"]);
    expect(state).not.toHaveProperty("pendingRestarts");
  });

  it("are none without the right to look at instances, and the error says what may not be done", async () => {
    const denied = new KeyPairError({
      code: "PermissionDenied",
      message: "the credentials may not call DescribeInstances",
    });
    const { restarted, started } = withInstances(["i-46"]);
    const opened = await started.catalog.open({ backend: "local" }, {});
    Object.assign(opened.attachments ?? {}, {
      attachedInstances: () => Promise.reject(denied),
      runningInstances: () => Promise.reject(denied),
    });
    const { state, incomplete } = await attachmentResource.create(args(["i-46"]), started);
    expect(restarted).toEqual([]);
    expect(state.pendingRestarts).toEqual(["i-46"]);
    expect(incomplete?.message).toContain("the credentials may not call DescribeInstances");
  });
});

describe("diff", () => {
  const state: KeyPairAttachmentState = {
    keyPairName: "a",
    instanceIds: ["i-1", "i-2"],
    backend: "local",
    region: "local",
    ...(settings.connection.path ? { __account: settings.connection.path } : {}),
  };
  const diff = (change: Partial<Record<keyof KeyPairAttachmentArgs, unknown>>) => {
    const args = { keyPairName: "a", instanceIds: ["i-1", "i-2"], ...change } as KeyPairAttachmentArgs;
    return attachmentResource.diff({ state, args, ...context });
  };

  it.each([
    ["nothing", {}, []],
    ["the order of the instances", { instanceIds: ["i-2", "i-1"] }, []],
    ["the instances", { instanceIds: ["i-1"] }, [{ property: "instanceIds", kind: "update" }]],
    ["unknown instances", { instanceIds: [UNKNOWN] }, [{ property: "instanceIds", kind: "update" }]],
    ["the key pair", { keyPairName: "b" }, [{ property: "keyPairName", kind: "replace" }]],
    ["the region", { connection: { region: "other" } }, [{ property: "connection", kind: "replace" }]],
  ])("of %s", (_what, change, changes) => {
    expect(diff(change)).toMatchObject({ changes, deleteBeforeReplace: false });
  });
});
