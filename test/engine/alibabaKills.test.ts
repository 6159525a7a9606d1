import { describe, expect, it, onTestFinished } from "vitest";
import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../provider/keys";
import { type EcsProject, ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { isAlive, kill, type Process, processTree } from "./support/processes";
import type { Run } from "./support/run";

/** So many of each: imported and created, with automatic names and explicit ones. */
const EACH = 5;
const MADE = ["ImportKeyPair", "CreateKeyPair"];

/* Processes that end in the middle of making 20 pairs, and the `up` after that: it finds what state and cloud do not agree on. */

describe("an up that is killed while it makes 20 pairs", () => {
  it("the engine alone: its provider ends too, and the next up makes good", async () => {
    const ecs = await start();
    const { engine, provider } = await killed(ecs, ({ engine }) => [engine]);
    await expect.poll(() => isAlive(provider), { timeout: 10_000 }).toBe(false);
    expect(isAlive(engine)).toBe(false);
    await ecs.project.pulumi(["cancel", "--yes"]);
    await expectConvergence(ecs);
  });

  it("all of its processes, while reads lag 3 s behind writes", async () => {
    const ecs = await start(3_000);
    await killed(ecs, ({ all }) => all);
    await ecs.project.pulumi(["cancel", "--yes"]);
    await expectConvergence(ecs);
  });

  it("the provider alone: what it was making has failed, and the next up makes good", async () => {
    const ecs = await start();
    const { run } = await killed(ecs, ({ provider }) => [provider]);
    expect(run.exitCode).not.toBe(0);
    await expectConvergence(ecs);
  });
});

async function start(readLagMs = 0): Promise<EcsProject> {
  const keys = await Promise.all(Array.from({ length: 2 * EACH }, newKey));
  const program = `
    ${literal(keys.map(({ line }) => line))}.forEach((publicKeyBody, n) => {
      const named = n % 2 === 0 ? {} : { keyPairName: "explicit-import-" + n };
      new KeyPair("imported-" + n, { publicKeyBody, tags: { team: "ops" }, ...named });
      const created = n % 2 === 0 ? {} : { keyPairName: "explicit-create-" + n, privateKeyFile: n + ".pem" };
      new KeyPair("created-" + n, created);
    });`;
  const ecs = await ecsProject({ program, emulator: { latencyMs: 200, readLagMs } });
  onTestFinished(() => ecs.close());
  return ecs;
}

interface Victims {
  engine: Process;
  provider: Process;
  all: Process[];
}

/** Kills half-way: some pairs are in the state, some were made and are not, some are being made, and some are to come. */
async function killed(
  { project, emulator }: EcsProject,
  choose: (victims: Victims) => Process[],
): Promise<Victims & { run: Run }> {
  const running = project.start("up");
  const isHalfWay = () =>
    emulator.calls.filter(({ action, status }) => MADE.includes(action) && status).length;
  await expect.poll(isHalfWay, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(2 * EACH);
  const all = processTree(running.pid);
  const [engine] = all;
  const provider = all.findLast(({ command }) => command.includes("dynamic-provider"));
  if (!engine || !provider) throw new Error("there is no engine, or no provider");
  kill(...choose({ engine, provider, all }));
  return { engine, provider, all, run: await running.ended };
}

async function expectConvergence(ecs: EcsProject): Promise<void> {
  const { project } = ecs;
  const before = ecs.names();
  const run = await project.up();
  expect(await ecs.mismatches()).toEqual([]);
  expect(ecs.names()).toHaveLength(4 * EACH);

  // What was there before and is not any more has been spoken of.
  const gone = before.filter((name) => !ecs.names().includes(name));
  const warnings = run.diagnostics.filter(({ severity }) => severity === "warning");
  for (const name of gone) {
    expect(warnings.map(({ message }) => message)).toContainEqual(
      `key pair "${name}" (alibaba cn-hangzhou) was deleted: an earlier run was killed while it made it, before the stack's state held it.`,
    );
  }
  for (let n = 1; n < 2 * EACH; n += 2) {
    const line = formatPublicKeyLine(publicKeyOfPrivateKey(project.read(`${n}.pem`)));
    expect(line).toBe(ecs.pair(`created-${n}`).publicKey);
  }
  const again = await project.up();
  expect(again.changes).toEqual({ same: 4 * EACH + 1 });
}
