import { beforeAll, describe, it, type TestContext } from "vitest";
import { isKeyPairError, type KeyPairError } from "../../provider/core/errors";
import { type EcsEmulatorOptions, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { connect, REGION, startEcs } from "./support/ecsClients";
import { operation } from "./support/harness";
import { newLine } from "./support/workbench";

/* Many pairs: rate limits, reads that lag, listings, deletes that go out together, and how many calls all of it takes. */

let publicKey = "";
beforeAll(async () => {
  publicKey = await newLine();
});

describe("throttling", () => {
  it.concurrent("30 in a row are outlasted, and each wait is told", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.faults.add({ fault: "throttle", times: 30 });
    const told: string[] = [];
    await backend.importKeyPair(
      { name: "patient", publicKey },
      operation({ timeoutMs: 600_000, progress: (text) => told.push(text) }),
    );
    expect(emulator.count("ImportKeyPair")).toBe(31);
    expect(
      told.filter((text) => /^throttled by the cloud \(Throttling\.User\); trying again in \d s$/.test(text)),
    ).toHaveLength(30);
  });

  // How long that takes is measured with a clock of the test's own (test/unit/transport/rateLimit.test.ts).
  it.concurrent("100 pairs under 20 calls a second: none fails, and the cloud is not asked much more often", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished, { callsPerSecond: 20, latencyMs: 20 });
    const names = Array.from({ length: 100 }, (_, n) => `pair-${n}`);
    await Promise.all(names.map((name) => backend.importKeyPair({ name, publicKey }, operation())));
    expect(emulator.store.list(REGION).total).toBe(100);
    // All start at once, before the first reply says that the cloud throttles.
    expect(emulator.count("ImportKeyPair")).toBeLessThan(300);
  });
});

describe.concurrent("reads that lag behind writes", () => {
  it("an exact look-up is one honest read: the core knows how long to wait for a late one", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished, { readLagMs: 60_000 });
    await backend.importKeyPair({ name: "late", publicKey }, operation());
    expect(await backend.findKeyPair("late", "exact", operation())).toBeUndefined();
    expect(emulator.count("DescribeKeyPairs")).toBe(1);
  });

  it("a listing never answers for a pair that this process made, even one that began after that", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished, { readLagMs: 60_000 });
    await backend.importKeyPair({ name: "late", publicKey }, operation());
    await backend.findKeyPair("other", "sweep", operation());
    emulator.setReadLag(0);
    expect(await backend.findKeyPair("late", "sweep", operation())).toMatchObject({ name: "late" });
  });
});

describe.concurrent("listing", () => {
  it("starts again when a pair is deleted between its pages", async ({ onTestFinished, expect }) => {
    let pages = 0;
    const onRequest = () => {
      if (++pages === 2) emulator.store.deleteMany(REGION, ["pair-0"]);
    };
    const { emulator, backend } = await startEcs(onTestFinished, { onRequest });
    for (let n = 0; n < 120; n++) emulator.store.import(REGION, { name: `pair-${n}`, publicKey });
    expect(await backend.listKeyPairs({}, operation())).toHaveLength(119);
    expect(emulator.count("DescribeKeyPairs")).toBe(6);
  });
});

describe.concurrent("deletes that go out together", () => {
  async function withPairs(
    onTestFinished: TestContext["onTestFinished"],
    count: number,
    options: EcsEmulatorOptions = {},
  ) {
    const started = await startEcs(onTestFinished, options);
    const names = Array.from({ length: count }, (_, n) => `pair-${n}`);
    for (const name of names) started.emulator.store.import(REGION, { name, publicKey });
    const deleteAll = () =>
      Promise.allSettled(names.map((name) => started.backend.deleteKeyPair(name, operation())));
    return { ...started, names, deleteAll };
  }

  it("100 are one call", async ({ onTestFinished, expect }) => {
    const { emulator, deleteAll } = await withPairs(onTestFinished, 100);
    await deleteAll();
    expect(emulator.count()).toBe(1);
    expect(emulator.store.list(REGION).total).toBe(0);
  });

  it("one that is attached fails alone, with its instances, in one call more than there are names", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, deleteAll } = await withPairs(onTestFinished, 100);
    emulator.store.attach(REGION, "pair-7", ["i-7", "i-8"]);
    const results = await deleteAll();
    const failed = results.flatMap((result, n) =>
      result.status === "rejected" ? [[n, result.reason.message]] : [],
    );
    expect(failed).toEqual([
      [
        7,
        expect.stringMatching(
          /^key pair "pair-7": it is still attached to i-7, i-8 \(code InvalidParameter\.KeypairAlreadyAttachedInstance, request id [0-9A-F-]+\)\. Detach it from them, or release them; then run it again\.$/,
        ),
      ],
    ]);
    expect(emulator.store.list(REGION).keyPairs.map(({ name }) => name)).toEqual(["pair-7"]);
    expect(emulator.count("DeleteKeyPairs")).toBe(101);
  });

  it("all are denied: each fails by its own name, in one call more than there are names", async ({
    onTestFinished,
    expect,
  }) => {
    const accessKeys = [{ ...TEST_ACCESS_KEY, denied: ["DeleteKeyPairs"] }];
    const { emulator, names, deleteAll } = await withPairs(onTestFinished, 100, { accessKeys });
    const errors = (await deleteAll()).map((result) =>
      result.status === "rejected" ? asOurs(result.reason) : undefined,
    );
    expect(errors.map((error) => [error?.code, error?.details.keyPairName])).toEqual(
      names.map((name) => ["PermissionDenied", name]),
    );
    expect(emulator.count("DeleteKeyPairs")).toBe(101);
  });

  it("a lost reply is unknown for each of them, by its own name", async ({ onTestFinished, expect }) => {
    const { emulator, deleteAll } = await withPairs(onTestFinished, 3);
    emulator.faults.add({ fault: "lost-reply", when: "after", action: "DeleteKeyPairs", times: 1 });
    const errors = (await deleteAll()).map((result) =>
      result.status === "rejected" ? asOurs(result.reason) : undefined,
    );
    expect(errors.map((error) => [error?.code, error?.details.keyPairName])).toEqual([
      ["OutcomeUnknown", "pair-0"],
      ["OutcomeUnknown", "pair-1"],
      ["OutcomeUnknown", "pair-2"],
    ]);
    expect(emulator.count("DeleteKeyPairs")).toBe(1);
  });

  it("credentials that may not look at instances still learn that the pair is attached", async ({
    onTestFinished,
    expect,
  }) => {
    const accessKeys = [{ ...TEST_ACCESS_KEY, denied: ["DescribeInstances"] }];
    const { emulator, deleteAll } = await withPairs(onTestFinished, 1, { accessKeys });
    emulator.store.attach(REGION, "pair-0", ["i-1"]);
    expect(await deleteAll()).toMatchObject([
      { reason: { code: "InUse", message: expect.stringContaining("it is still attached to instances") } },
    ]);
  });
});

describe("500 pairs", () => {
  /** As the engine does it: so many at a time, each with what comes before and after it. */
  async function inParallel<Item>(
    items: readonly Item[],
    width: number,
    work: (item: Item) => Promise<unknown>,
  ) {
    const left = [...items];
    const worker = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    };
    await Promise.all(Array.from({ length: width }, worker));
  }

  it("take one call each to make, 10 to refresh, and at most one for two to destroy at 8 at a time", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished, { latencyMs: 5 });
    const names = Array.from({ length: 500 }, (_, n) => `pair-${n}`);
    const spent = async (work: () => Promise<unknown>) => {
      const before = emulator.count();
      await work();
      return emulator.count() - before;
    };

    const made = await spent(() =>
      inParallel(names, 8, async (name) =>
        Number(name.slice(5)) % 2 === 0
          ? backend.importKeyPair({ name, publicKey, tags: { a: "1", b: "2" } }, operation())
          : backend.createKeyPair({ name, tags: { a: "1", b: "2" } }, operation()),
      ),
    );
    expect(made).toBe(500);

    // Each command of the engine is a process of its own.
    const next = connect(onTestFinished, emulator);
    const read = await spent(() =>
      inParallel(names, 8, async (name) => {
        expect(await next.findKeyPair(name, "sweep", operation())).toMatchObject({
          name,
          tags: { a: "1", b: "2" },
        });
      }),
    );
    expect(read).toBe(10);

    const destroyed = await spent(() =>
      inParallel(names, 8, (name) => next.deleteKeyPair(name, operation())),
    );
    expect(destroyed).toBeLessThanOrEqual(250);
    expect(emulator.store.list(REGION).total).toBe(0);
  });
});

function asOurs(error: unknown): KeyPairError | undefined {
  return isKeyPairError(error) ? error : undefined;
}
