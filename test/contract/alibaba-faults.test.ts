import { inspect } from "node:util";
import { beforeAll, describe, type TestContext, test } from "vitest";
import type { AlibabaBackend } from "../../provider/backends/alibaba/backend";
import type { Fault, FaultKind } from "../emulator/ecs/faults";
import { type EcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { REGION, startEcs } from "./support/ecsClients";
import { operation } from "./support/harness";
import { newLine } from "./support/workbench";

/*
 * What the backend does when a single call goes wrong, in every way that the emulator knows, before its effect and after it.
 * That the life cycle gets over what is left open is tested in test/engine.
 */

/** Of one request: long enough for a busy machine, short for the tests in which nothing is answered. */
const TIMEOUT_MS = 5_000;

let publicKey = "";
beforeAll(async () => {
  publicKey = await newLine();
});

interface Step {
  action: string;
  /** May be sent twice, so that the backend gets over the fault by itself. */
  isIdempotent: boolean;
  run(backend: AlibabaBackend): Promise<unknown>;
  /** Whether it was carried out. */
  isDone(emulator: EcsEmulator): boolean;
}

const pair = "pair-1";
const find = (emulator: EcsEmulator) => emulator.store.find(REGION, pair);

/** Each operation on the wire, on a pair that is there where the operation needs one. */
const STEPS: Step[] = [
  {
    action: "ImportKeyPair",
    isIdempotent: false,
    run: (backend) => backend.importKeyPair({ name: "new-1", publicKey }, operation()),
    isDone: (emulator) => emulator.store.find(REGION, "new-1") !== undefined,
  },
  {
    action: "CreateKeyPair",
    isIdempotent: false,
    run: (backend) => backend.createKeyPair({ name: "new-1" }, operation()),
    isDone: (emulator) => emulator.store.find(REGION, "new-1") !== undefined,
  },
  {
    action: "DeleteKeyPairs",
    isIdempotent: false,
    run: (backend) => backend.deleteKeyPair(pair, operation()),
    isDone: (emulator) => find(emulator) === undefined,
  },
  {
    action: "DescribeKeyPairs",
    isIdempotent: true,
    run: (backend) => backend.findKeyPair(pair, "exact", operation()),
    isDone: () => true,
  },
  {
    action: "TagResources",
    isIdempotent: true,
    run: (backend) => backend.changeTags(pair, { set: { a: "b" }, remove: [] }, operation()),
    isDone: (emulator) => find(emulator)?.tags["a"] === "b",
  },
  {
    action: "UntagResources",
    isIdempotent: true,
    run: (backend) => backend.changeTags(pair, { set: {}, remove: ["old"] }, operation()),
    isDone: (emulator) => !("old" in (find(emulator)?.tags ?? { old: "" })),
  },
  {
    action: "JoinResourceGroup",
    isIdempotent: true,
    run: (backend) => backend.moveToResourceGroup(pair, "rg-acfmxazb4p2", operation()),
    isDone: (emulator) => find(emulator)?.resourceGroupId === "rg-acfmxazb4p2",
  },
  {
    action: "AttachKeyPair",
    isIdempotent: true,
    run: (backend) => backend.attachments.attach(pair, ["i-1"], operation()),
    isDone: (emulator) => emulator.store.attachedInstances(REGION, pair).includes("i-1"),
  },
  {
    action: "DetachKeyPair",
    isIdempotent: true,
    run: (backend) => backend.attachments.detach(pair, ["i-9"], operation()),
    isDone: (emulator) => !emulator.store.attachedInstances(REGION, pair).includes("i-9"),
  },
  {
    action: "DescribeInstances",
    isIdempotent: true,
    run: (backend) => backend.attachments.attachedInstances(pair, operation()),
    isDone: () => true,
  },
];

test("a pair that ECS does not find when it is deleted is deleted", async ({ onTestFinished, expect }) => {
  const { emulator, backend } = await startEcs(onTestFinished);
  emulator.faults.add({
    fault: "error",
    status: 404,
    code: "InvalidKeyPair.NotFound",
    action: "DeleteKeyPairs",
  });
  await expect(backend.deleteKeyPair(pair, operation())).resolves.toBeUndefined();
  // Of several pairs, too.
  await Promise.all([pair, `${pair}-2`].map((name) => backend.deleteKeyPair(name, operation())));
});

const FAULTS: [string, FaultKind & { when?: "before" | "after" }][] = (["before", "after"] as const).flatMap(
  (when) => [
    [`a lost reply ${when} the effect`, { fault: "lost-reply", when }],
    [`a 500 ${when} the effect`, { fault: "error", status: 500, code: "InternalError", when }],
    [`a 503 ${when} the effect`, { fault: "error", status: 503, code: "ServiceUnavailable", when }],
    [`an HTML 502 ${when} the effect`, { fault: "html", when }],
    [`an empty body ${when} the effect`, { fault: "empty-body", when }],
    [`a hang ${when} the effect`, { fault: "hang", when }],
  ],
);

describe.concurrent("a restart", () => {
  const reboot = { action: "RebootInstance", times: 1 } as const;

  test.for([
    ["a lost reply after it was carried out", { fault: "lost-reply", when: "after" }, 1],
    ["a lost reply before it was carried out", { fault: "lost-reply", when: "before" }, 1],
    [
      "an instance that is just starting",
      { fault: "error", status: 403, code: "IncorrectInstanceStatus" },
      1,
    ],
    ["no fault", { fault: "throttle" }, 1],
  ] as const)("happens once: %s", async ([, fault, times], { onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.faults.add({ ...fault, ...reboot });
    await backend.attachments.restart("i-1", operation());
    await backend.attachments.untilRunning("i-1", operation());
    expect(emulator.instances.restarted).toHaveLength(times);
    expect(emulator.instances.status("i-1")).toBe("Running");
  });

  test("of an instance that stays away ends with the time", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.instances.restartMs = 60_000;
    const soon = { ...operation(), deadline: Date.now() + 5_000 };
    await backend.attachments.restart("i-1", soon);
    await expect(backend.attachments.untilRunning("i-1", soon)).rejects.toMatchObject({
      code: "DeadlineExceeded",
      message: "i-1 does not run yet (Starting). Look at the instance.",
    });
  });

  test("that somebody else has begun is enough", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.instances.reboot("i-1");
    await backend.attachments.restart("i-1", operation());
    expect(emulator.instances.restarted).toEqual(["i-1"]);
    expect(emulator.instances.status("i-1")).toBe("Running");
  });

  test("whose reply was lost, and which nobody can look at, stays in doubt", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.faults.add({ fault: "lost-reply", when: "after", ...reboot });
    emulator.faults.add({ fault: "error", status: 403, code: "Forbidden.RAM", action: "DescribeInstances" });
    await expect(backend.attachments.restart("i-1", operation())).rejects.toMatchObject({
      code: "OutcomeUnknown",
      message: expect.stringContaining("it is not known whether i-1 was restarted"),
    });
  });

  test.for([
    ["is stopped", "stopped", "restart"],
    ["is stopped while it restarts", "stopped", "untilRunning"],
    ["is released while it restarts", "gone", "untilRunning"],
  ] as const)(
    "of an instance that %s is done: it takes the key at its next start",
    async ([, where, step], { onTestFinished, expect }) => {
      const { emulator, backend } = await startEcs(onTestFinished);
      emulator.instances[where].add("i-1");
      await backend.attachments[step]("i-1", operation());
      expect(emulator.instances.restarted).toEqual([]);
    },
  );

  test("that is denied names the right on instances", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.faults.add({ fault: "error", status: 403, code: "Forbidden.RAM", ...reboot });
    await expect(backend.attachments.restart("i-1", operation())).rejects.toMatchObject({
      code: "PermissionDenied",
      details: {
        next: expect.stringContaining("ecs:RebootInstance allowed on acs:ecs:cn-hangzhou:*:instance/*"),
      },
    });
  });

  test("is of instances that run: others take a key pair when they start", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.instances.stopped.add("i-2");
    emulator.instances.gone.add("i-3");
    expect(await backend.attachments.runningInstances(["i-1", "i-2", "i-3"], operation())).toEqual(["i-1"]);
  });
});

describe.concurrent.each(STEPS)("$action", ({ action, isIdempotent, run, isDone }) => {
  async function prepared(onTestFinished: TestContext["onTestFinished"]) {
    const { emulator, backend } = await startEcs(onTestFinished, {}, { timeoutMs: TIMEOUT_MS });
    emulator.store.import(REGION, { name: pair, publicKey, tags: { old: "1" } });
    if (action === "DetachKeyPair") emulator.store.attach(REGION, pair, ["i-9"]);
    return { emulator, backend };
  }

  test.for([...FAULTS, ["a reply that is cut short", { fault: "cut-reply", when: "after" }] as const])(
    "%s",
    async ([, kind], { onTestFinished, expect }) => {
      const { emulator, backend } = await prepared(onTestFinished);
      emulator.faults.add({ ...kind, action, times: 1 } as Fault);
      const outcome = await run(backend).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (isIdempotent) {
        expect(outcome).toBeUndefined();
        expect(emulator.count(action)).toBe(2);
        expect(isDone(emulator)).toBe(true);
      } else {
        expect(outcome).toMatchObject({ code: "OutcomeUnknown" });
        expect(emulator.count(action), "never sent again blindly").toBe(1);
        expect(isDone(emulator)).toBe(kind.when === "after");
        expect(secretsIn(outcome)).toEqual([]);
      }
    },
  );

  test("throttled three times: sent again, since it surely was not carried out", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await prepared(onTestFinished);
    emulator.faults.add({ fault: "throttle", action, times: 3, retryAfterMs: 5 });
    await run(backend);
    expect(emulator.count(action)).toBe(4);
    expect(isDone(emulator)).toBe(true);
  });

  test("nothing listens: said to be out of reach until the deadline", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await prepared(onTestFinished);
    await emulator.close();
    const outcome = run(withDeadline(backend, 600));
    await expect(outcome).rejects.toMatchObject({
      code: "DeadlineExceeded",
      cause: { code: "Unavailable" },
      message: expect.stringMatching(
        /when the time was up: .*127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
      ),
    });
  });
});

describe.concurrent("one call of several fails", () => {
  /** More than one call takes. */
  const fleet = Array.from({ length: 120 }, (_, n) => `i-${n}`);
  const denied = { fault: "error", status: 403, code: "Forbidden.RAM" } as const;

  test.for(["attach", "detach"] as const)(
    "%s answers its instances as failures, and does the others",
    async (change, { onTestFinished, expect }) => {
      const { emulator, backend } = await startEcs(onTestFinished);
      emulator.store.import(REGION, { name: pair, publicKey });
      if (change === "detach") await backend.attachments.attach(pair, fleet, operation());
      const action = change === "attach" ? "AttachKeyPair" : "DetachKeyPair";
      emulator.faults.add({ ...denied, action, from: 2, times: 1 });
      // Which instances failed is known without looking at them.
      emulator.faults.add({ ...denied, action: "DescribeInstances" });
      const failures = await backend.attachments[change](pair, fleet, operation());
      expect([20, 50]).toContain(failures.length);
      expect(failures[0]).toMatchObject({
        cloudCode: "Forbidden.RAM",
        message: `the credentials may not call ${action}`,
      });
      const untouched = failures.map(({ instanceId }) => instanceId);
      const touched = fleet.filter((id) => !untouched.includes(id));
      const attached = change === "attach" ? touched : untouched;
      expect(emulator.store.attachedInstances(REGION, pair)).toEqual(attached.toSorted());
    },
  );

  test("all fail: the reason is the answer", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.store.import(REGION, { name: pair, publicKey });
    emulator.faults.add({ ...denied, action: "AttachKeyPair" });
    await expect(backend.attachments.attach(pair, fleet, operation())).rejects.toMatchObject({
      code: "PermissionDenied",
      details: { keyPairName: pair, cloudCode: "Forbidden.RAM" },
    });
  });

  test("one that is just starting is tried again, until it takes the pair", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.store.import(REGION, { name: pair, publicKey });
    const starting = { ...denied, code: "IncorrectInstanceStatus", times: 2 };
    for (const action of ["AttachKeyPair", "DetachKeyPair"]) emulator.faults.add({ ...starting, action });
    const said: string[] = [];
    const waiting = { ...operation(), progress: (message: string) => said.push(message) };
    expect(await backend.attachments.attach(pair, ["i-1"], waiting)).toEqual([]);
    expect(emulator.store.attachedInstances(REGION, pair)).toEqual(["i-1"]);
    expect(await backend.attachments.detach(pair, ["i-1"], waiting)).toEqual([]);
    expect(emulator.store.attachedInstances(REGION, pair)).toEqual([]);
    expect(said).toEqual(Array(4).fill("waiting for instances that are starting or stopping: i-1"));
  });

  test("one that never becomes ready is named when the time is up", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.store.import(REGION, { name: pair, publicKey });
    emulator.faults.add({ ...denied, code: "IncorrectInstanceStatus", action: "AttachKeyPair" });
    const soon = { ...operation(), deadline: Date.now() + 3_000 };
    expect(await backend.attachments.attach(pair, ["i-1"], soon)).toEqual([
      expect.objectContaining({ instanceId: "i-1", cloudCode: "IncorrectInstanceStatus" }),
    ]);
  });

  test("an instance that is refused does not hide what another call did", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.store.import(REGION, { name: pair, publicKey });
    const refused = { ...denied, code: "DependencyViolation.WindowsInstance" };
    // The whole is refused for an instance, and the call for one of the halves for another reason.
    emulator.faults.add({ ...refused, action: "AttachKeyPair", times: 1 });
    emulator.faults.add({ ...denied, action: "AttachKeyPair", from: 2, times: 1 });
    const failures = await backend.attachments.attach(pair, ["i-1", "i-2"], operation());
    expect(failures).toEqual([expect.objectContaining({ cloudCode: "Forbidden.RAM" })]);
    expect(emulator.store.attachedInstances(REGION, pair)).toHaveLength(1);
  });
});

/** The backend with another deadline for every operation. */
function withDeadline(backend: AlibabaBackend, ms: number): AlibabaBackend {
  const shorten = (value: unknown) =>
    typeof value === "object" && value !== null && "deadline" in value
      ? { ...value, deadline: Date.now() + ms }
      : value;
  const proxied = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member === "function")
          return (...args: unknown[]) => member.apply(target, args.map(shorten));
        return typeof member === "object" && member !== null ? proxied(member) : member;
      },
    });
  return proxied(backend);
}

/** No key, no signature and no credential is in the error, in its cause, or in anything that hangs on it. */
function secretsIn(error: unknown): string[] {
  const text = `${inspect(error, { depth: 9, showHidden: true })}${error instanceof Error ? error.stack : ""}`;
  const secrets = [TEST_ACCESS_KEY.secret, "PRIVATE KEY", "Signature", publicKey.split(" ")[1] ?? ""];
  return secrets.filter((secret) => text.includes(secret));
}
