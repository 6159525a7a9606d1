import { describe, it, type TestContext } from "vitest";
import type { Fault, FaultKind } from "../emulator/ecs/faults";
import type { EcsEmulatorOptions } from "../emulator/ecs/server";
import { type EcsProject, ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import type { Run } from "./support/run";

/* What a stack goes through while ECS fails in every way. What the backend does for that is tested in test/contract. */

const ACTIONS = [
  "CreateKeyPair",
  "ImportKeyPair",
  "DescribeKeyPairs",
  "DeleteKeyPairs",
  "TagResources",
  "UntagResources",
  "JoinResourceGroup",
];
const NAMES = ["imported", "named-import", "created", "named"];
const ALL_SAME = { same: NAMES.length + 1 };

const FAULTS: [string, FaultKind][] = [
  ["a 500 that has done nothing", { fault: "error", status: 500, code: "InternalError" }],
  ["a 503 that has done it", { fault: "error", status: 503, code: "ServiceUnavailable", when: "after" }],
  ["a lost reply to what was not done", { fault: "lost-reply", when: "before" }],
  ["a lost reply to what was done", { fault: "lost-reply", when: "after" }],
  ["an HTML 502 in the place of the reply", { fault: "html", when: "after" }],
];

describe.concurrent.each(FAULTS)("%s, once on each action for each pair", (_, kind) => {
  it("up makes each pair once, update, refresh and destroy work too", async ({ expect, onTestFinished }) => {
    const ecs = await start(onTestFinished);
    const arm = () => {
      ecs.emulator.faults.clear();
      ecs.emulator.faults.add(
        ...ACTIONS.map((action): Fault => ({ ...kind, action, times: 1, perKeyPair: true })),
      );
    };
    arm();
    await ecs.project.up();
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(NAMES.length);

    setTags(ecs, { cost: "42" }, "rg-two");
    arm();
    const updated = await ecs.project.up();
    expect(opsOf(updated)).toEqual(Object.fromEntries(NAMES.map((name) => [name, ["update"]])));
    for (const name of NAMES)
      expect(ecs.pair(name)).toMatchObject({ tags: { cost: "42" }, resourceGroupId: "rg-two" });

    arm();
    expect((await ecs.project.refresh()).changes).toEqual(ALL_SAME);

    arm();
    await ecs.project.destroy();
    expect(ecs.names()).toEqual([]);
    expect(ecs.project.resources()).toEqual([]);
  });
});

describe.concurrent("for as long as the run takes", () => {
  it.for<[string, Fault[]]>([
    [
      "pairs are made, and all replies are 500",
      [{ fault: "error", status: 500, code: "InternalError", when: "after" }],
    ],
    ["no reply comes to what was not done", [{ fault: "lost-reply", when: "before" }]],
  ])(
    "%s: each failure is told at its resource, and the next up makes good",
    async ([, faults], { expect, onTestFinished }) => {
      const ecs = await start(onTestFinished, {}, { "keypair:timeoutSeconds": "5" });
      ecs.emulator.faults.add(...faults);
      const failed = await ecs.project.up({ fails: true, flags: ["--continue-on-error"] });
      expect(failed.failed).toEqual([...NAMES].sort());
      for (const name of ecs.names()) {
        expect(failed.errors().join("\n")).toContain(
          `it is not known whether key pair "${name}" was made, because a reply was lost: gave up after`,
        );
      }
      // What may be there is in the state, so that nothing is lost.
      const kept = ecs.project.resources().map(({ id }) => id);
      expect(kept).toEqual(expect.arrayContaining(ecs.names()));

      ecs.emulator.faults.clear();
      await ecs.project.up();
      expect(await ecs.mismatches()).toEqual([]);
      expect(ecs.names()).toHaveLength(NAMES.length);
      expect((await ecs.project.up()).changes).toEqual(ALL_SAME);
    },
  );
});

describe.concurrent("throttling", () => {
  it("30 calls in a row are outlasted, and shown", async ({ expect, onTestFinished }) => {
    const ecs = await start(onTestFinished);
    ecs.emulator.faults.add({ fault: "throttle", times: 30 });
    const run = await ecs.project.up();
    expect(ecs.emulator.calls.filter(({ code }) => code === "Throttling.User")).toHaveLength(30);
    expect(run.progress.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^throttled by the cloud \(Throttling\.User\); trying again in \d s$/),
    );
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(NAMES.length);
  });

  it("100 pairs are made, read and deleted under 20 calls a second of each action", async ({
    expect,
    onTestFinished,
  }) => {
    const { line } = await newKey();
    const program = `
      for (let n = 0; n < 50; n++) {
        new KeyPair("imported-" + n, { publicKeyBody: ${literal(line)} });
        new KeyPair("created-" + n, {});
      }`;
    const ecs = await ecsProject({ program, emulator: { callsPerSecond: 20 } });
    onTestFinished(() => ecs.close());
    await ecs.project.up();
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(100);
    expect((await ecs.project.refresh()).changes).toEqual({ same: 101 });
    await ecs.project.destroy();
    expect(ecs.names()).toEqual([]);
  });
});

describe.concurrent("reads that lag 3 s behind writes", () => {
  it("make no pair come twice, and none go", async ({ expect, onTestFinished }) => {
    const ecs = await start(onTestFinished, { readLagMs: 3_000 });
    for (const action of ["CreateKeyPair", "ImportKeyPair"])
      ecs.emulator.faults.add({ fault: "lost-reply", when: "after", action, times: 1, perKeyPair: true });
    await ecs.project.up();
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(NAMES.length);
    expect((await ecs.project.refresh()).changes).toEqual(ALL_SAME);

    // An explicit name is deleted and made again, while reads still show the pair of before.
    const before = ecs.pair("named-import").publicKey;
    await setProgram(ecs);
    await ecs.project.up();
    expect(ecs.pair("named-import").publicKey).not.toBe(before);
    expect(await ecs.mismatches()).toEqual([]);

    await ecs.project.destroy();
    expect(ecs.names()).toEqual([]);
    await ecs.project.up();
    expect(await ecs.mismatches()).toEqual([]);
  });
});

/* Where nothing can be sent: the run ends, and says which host it was. The error of 0.1.0 came after ten minutes. */
describe.concurrent("an endpoint", () => {
  it.for([
    [
      "that refuses connections",
      "http://127.0.0.1:9",
      /key pair "web": .*127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\), for 30 s\. Check the endpoint, the network and the proxy\./,
    ],
    [
      "whose name does not resolve",
      "http://ecs.no-such-place.invalid",
      /key pair "web": .*the host ecs\.no-such-place\.invalid is not known \((ENOTFOUND|EAI_AGAIN)\)\. Check the region and the endpoint/,
    ],
  ] as const)(
    "%s ends the run within the minute",
    async ([, endpoint, message], { expect, onTestFinished }) => {
      const ecs = await ecsProject({
        program: `new KeyPair("web", { keyPairName: "web", connection: { endpoint: "${endpoint}" } });`,
      });
      onTestFinished(() => ecs.close());
      const run = await ecs.project.up({ fails: true });
      expect(run.errors("web").join()).toMatch(message);
      expect(ecs.project.resources()).toEqual([]);
    },
  );
});

describe.concurrent("a hang past the time-out of 30 s", () => {
  it.for(["before", "after"] as const)(
    "%s the effect is a lost reply",
    async (when, { expect, onTestFinished }) => {
      const ecs = await start(onTestFinished);
      const hang = (action: string): Fault => ({ fault: "hang", when, action, times: 1, perKeyPair: true });
      ecs.emulator.faults.add(hang("CreateKeyPair"), hang("ImportKeyPair"));
      await ecs.project.up();
      expect(await ecs.mismatches()).toEqual([]);
      expect(ecs.names()).toHaveLength(NAMES.length);
      ecs.emulator.faults.add(hang("DeleteKeyPairs"));
      await ecs.project.destroy();
      expect(ecs.names()).toEqual([]);
    },
  );
});

/** Four pairs: imported and created, with automatic names and explicit ones. */
async function start(
  onTestFinished: TestContext["onTestFinished"],
  emulator: EcsEmulatorOptions = {},
  config: Record<string, string> = {},
): Promise<EcsProject> {
  const ecs = await ecsProject({ emulator, config });
  onTestFinished(() => ecs.close());
  await setProgram(ecs);
  return ecs;
}

const keys = new WeakMap<EcsProject, string>();

/** With a new key for the imported pairs. */
async function setProgram(ecs: EcsProject): Promise<void> {
  keys.set(ecs, (await newKey()).line);
  setTags(ecs, { team: "ops" }, "rg-one");
}

function setTags(ecs: EcsProject, tags: Record<string, string>, resourceGroupId: string): void {
  ecs.project.program(`
    const publicKeyBody = ${literal(keys.get(ecs))};
    const more = { tags: ${literal(tags)}, tagChanges: "update", resourceGroupId: ${literal(resourceGroupId)} };
    new KeyPair("imported", { publicKeyBody, ...more });
    new KeyPair("named-import", { publicKeyBody, keyPairName: "explicit-import", ...more });
    new KeyPair("created", more);
    new KeyPair("named", { keyPairName: "explicit", ...more });`);
}

function opsOf(run: Run) {
  return Object.fromEntries(NAMES.map((name) => [name, run.ops(name)]));
}
