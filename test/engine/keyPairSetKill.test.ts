import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, slowStore } from "./support/localStore";
import { mismatchesOf } from "./support/mismatches";
import { openStackProject } from "./support/openstack";
import { namesIn, orphans } from "./support/orphans";
import { kill, processTree } from "./support/processes";
import { type EngineProject, engineProject, type Running } from "./support/project";
import { pairsInState, WITH_SETS } from "./support/sets";
import { step } from "./support/step";

/* A set whose first `up` is killed in the middle, with all of its processes. */

describe.concurrent("an up that is killed in the middle of 200 pairs", () => {
  it("loses nothing on ECS that the next one cannot take over", async ({ onTestFinished }) => {
    const { line } = await newKey();
    const program = `${WITH_SETS}
      const publicKeys = Object.fromEntries(Array.from({ length: 200 }, (_, n) => ["m" + n, ${literal(line)}]));
      new KeyPairSet("team", { publicKeys, onExisting: "adopt" });`;
    const ecs = await ecsProject({ program, emulator: { latencyMs: 50, callsPerSecond: 40 } });
    onTestFinished(() => ecs.close());
    const { project, emulator } = ecs;
    await killWhen(project.start("up"), () => emulator.store.list("cn-hangzhou").total >= 100);
    // What was on its way arrives.
    await sleep(2_000);
    const made = ecs.names().length;
    expect(made).toBeGreaterThanOrEqual(100);
    expect(made).toBeLessThan(200);
    expectNothingInState(project);

    emulator.setRate(undefined);
    const before = emulator.count("ImportKeyPair");
    await project.pulumi(["cancel", "--yes"]);
    await project.refresh({ flags: ["--clear-pending-creates"] });
    await project.up();
    expect(ecs.names()).toHaveLength(200);
    expect(pairsInState(project)).toHaveLength(200);
    // One refused import for each pair that was there.
    expect(emulator.count("ImportKeyPair") - before).toBe(200);
    expect((await project.up()).changes).toEqual({ same: 2 });
    await project.destroy();
    expect(ecs.names()).toEqual([]);
  });

  it("leaves in the local store what adopt and orphans bring in order", async ({ onTestFinished }) => {
    const { line } = await newKey();
    // Of any 100 of these at least 40 are created.
    const project = await engineProject({
      program: `${WITH_SETS}
        const members = (name, length) => Array.from({ length }, (_, n) => name + n);
        new KeyPairSet("team", {
          publicKeys: Object.fromEntries(members("imported", 60).map((member) => [member, ${literal(line)}])),
          created: members("created", 140),
          keyGeneration: { source: "local", type: "ecdsa" },
          onExisting: "adopt",
        });`,
    });
    onTestFinished(() => project.close());
    const store = slowStore(project, 100);
    await killWhen(project.start("up"), () => store.count() >= 100);
    store.end();
    const made = pairs(project).map(({ name }) => name);
    expect(made.length).toBeLessThan(200);
    const isCreated = (name: string) => name.startsWith("team-created");
    await expectRecovery({
      project,
      env: {},
      total: 200,
      lost: made.filter(isCreated),
      pairs: async () => pairs(project, LOCAL_REGION),
    });
  });
});

let cloud: OpenStack;

describeOpenStack(
  "an up that is killed in the middle of 30 pairs on a real Nova",
  { concurrent: true },
  () => {
    beforeAll(async () => {
      cloud = await startOpenStack();
    }, 600_000);

    it("leaves what adopt, the folder of private keys and orphans bring in order", async ({
      onTestFinished,
    }) => {
      const { line } = await newKey();
      const nova = await openStackProject(cloud, {
        // Where the state does not name the region, it is not known of pairs that were never made.
        config: { "keypair:region": "RegionOne" },
        program: `${WITH_SETS}
        const members = (name, length) => Array.from({ length }, (_, n) => name + n);
        new KeyPairSet("team", {
          publicKeys: Object.fromEntries(members("imported", 20).map((member) => [member, ${literal(line)}])),
          created: members("created", 10),
          privateKeyFolder: ".keys",
          onExisting: "adopt",
        });`,
      });
      onTestFinished(() => nova.close());
      const { project } = nova;
      // The replies to some never come, and some requests never arrive. Of created0 to 2 the private key is lost.
      const unanswered = ["imported0", "created0", "created1", "created2"];
      const isOnTheWay = (member: string) => /^imported1.|^created[89]/.test(member);
      nova.nova.fail(({ method, body }) => {
        const member = method === "POST" ? String(JSON.parse(body).keypair.name).replace("team-", "") : "";
        if (unanswered.includes(member)) return { when: "after", hang: true };
        return isOnTheWay(member) ? { when: "before", hang: true } : undefined;
      });
      const answered = [3, 4, 5, 6, 7].map((n) => project.path(`.keys/created${n}.pem`));
      await killWhen(
        project.start("up"),
        async () => answered.every((file) => existsSync(file)) && (await nova.pairs()).length === 18,
      );
      nova.nova.fail();
      await expectRecovery({
        project,
        env: nova.user.variables(),
        total: 30,
        lost: ["team-created0", "team-created1", "team-created2"],
        pairs: () => nova.pairs(),
      });
    });
  },
);

interface Killed {
  project: EngineProject;
  /** How `orphans` reaches the cloud. */
  env: NodeJS.ProcessEnv;
  /** How many key pairs the set has in the end. */
  total: number;
  /** The names of the created pairs whose private keys are nowhere. */
  lost: string[];
  pairs(): Promise<{ name: string; publicKey?: string }[]>;
}

/** As docs/after-a-kill.md says it, but for `orphans --delete`: before that, the next `up` takes over what it can. */
async function expectRecovery({ project, env, total, lost, pairs }: Killed): Promise<void> {
  const names = async () => (await pairs()).map(({ name }) => name).sort();
  const left = await names();
  expect(lost).not.toEqual([]);

  await step("orphans lists what is left", async () => {
    expectNothingInState(project);
    const found = await orphans({ project, env }, ["--json"]);
    expect(found).toMatchObject({ exitCode: 3, err: "" });
    expect(namesIn(found)).toEqual(left);
  });

  await step("up takes over what holds the program's keys, and names the others", async () => {
    await project.pulumi(["cancel", "--yes"]);
    const run = await project.up({ fails: true });
    expect(run.errors("team").join()).toContain(`${lost.length} of ${total} key pairs failed:`);
    expect(run.errors("team").join()).toContain("its private key is not known, so it cannot be adopted");
    expect(await names()).toHaveLength(total);
    expect(await mismatchesOf(project, await pairs())).toEqual(
      lost.map((name) => `${name} is only in the cloud`).sort(),
    );
  });

  await step("orphans deletes these, and no others", async () => {
    const deleted = await orphans({ project, env }, ["--delete", "--yes", "--json"]);
    expect(deleted).toMatchObject({ exitCode: 0, err: "" });
    expect(namesIn(deleted)).toEqual(lost.toSorted());
    expect(await names()).toHaveLength(total - lost.length);
  });

  await step("up makes them again", async () => {
    await project.refresh({ flags: ["--clear-pending-creates"] });
    await project.up();
    expect(await names()).toHaveLength(total);
    expect(await mismatchesOf(project, await pairs())).toEqual([]);
    expect((await project.up()).changes).toEqual({ same: 2 });
  });
}

/** A create that is not answered is in no resource, and is noted. */
function expectNothingInState(project: EngineProject): void {
  expect(project.resources().map(({ type }) => type)).not.toContain("KeyPairSet");
  expect(project.deployment().deployment.pending_operations).toHaveLength(1);
}

/** @throws If the run ends before. */
async function killWhen(running: Running, isHalfWay: () => boolean | Promise<boolean>): Promise<void> {
  let hasEnded = false;
  const ended = running.ended.then((run) => {
    hasEnded = true;
    return run;
  });
  while (!hasEnded && !(await isHalfWay())) await sleep(20);
  if (hasEnded) throw new Error(`the run ended before it was killed:\n${(await ended).output}`);
  kill(...processTree(running.pid));
  await ended;
}
