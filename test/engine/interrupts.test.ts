import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { credentials, type EcsProject, ecsProject } from "./support/alibaba";
import { findInText, needlesOf } from "./support/leaks";
import { resourcesWithSecrets } from "./support/mismatches";
import { namesIn, onlyInCloud, orphans } from "./support/orphans";
import { type PluginStart, usePlugin } from "./support/plugin";
import { isAlive, kill, type Process, processTree } from "./support/processes";
import type { Running } from "./support/project";
import type { Run } from "./support/run";
import { revealed } from "./support/storedPairs";

/*
 * The user interrupts, or the engine dies, while the cloud has made pairs and their private keys are on the way. Each pair of the
 * cloud is then in the state with its private key, or `orphans` lists it.
 */

const NAMES = ["one", "two", "three"];
const PROGRAM = `
  const { KeyPair: Pair } = require("pulumi-keypair/plugin");
  for (const name of ${JSON.stringify(NAMES)}) new Pair(name, {});`;
/** Longer than all that a test does meanwhile. */
const ON_ITS_WAY_MS = 3_000;
const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true", ...credentials() };

describe.each<PluginStart>(["executable", "runtime"])("the plugin, started by its %s", (form) => {
  it("one interrupt: what the cloud is making reaches the state", async () => {
    const ecs = await start(form);
    const { running, plugin } = await whileKeysAreOnTheirWay(ecs);
    process.kill(running.pid, "SIGINT");
    const run = await running.ended;
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(NAMES.length);
    expect(run.output).not.toContain("exited prematurely");
    await expectNoSecrets(ecs, run);
    await expectEnd(plugin);
    await expectConverges(ecs);
  });

  it("two interrupts: what the state has not is listed as an orphan", async () => {
    const ecs = await start(form);
    const { running, plugin } = await whileKeysAreOnTheirWay(ecs);
    process.kill(running.pid, "SIGINT");
    // Two signals at one moment would be one.
    await sleep(300);
    process.kill(running.pid, "SIGINT");
    await running.ended;
    await expectEnd(plugin);
    await expectOrphans(ecs);
  });

  it("a kill of the engine: the plugin ends too, and what the state has not is listed as an orphan", async () => {
    const ecs = await start(form);
    const { running, plugin } = await whileKeysAreOnTheirWay(ecs);
    process.kill(running.pid, "SIGKILL");
    await running.ended;
    await expectEnd(plugin);
    await expectOrphans(ecs);
  });
});

it("a time-out while the outcome of a request is not known: the state keeps that, and the next up makes the pair again", async () => {
  const ecs = await start("executable");
  ecs.project.program(PROGRAM.replace("{}", '{}, { customTimeouts: { create: "5s" } }'));
  ecs.emulator.faults.clear();
  ecs.emulator.faults.add(
    { fault: "lost-reply", when: "after", action: "CreateKeyPair" },
    { fault: "throttle", action: "DescribeKeyPairs" },
  );
  const run = await ecs.project.up({ fails: true });
  expect(run.errors("one").join()).toMatch(/it is not known whether key pair "one-\w+" was made/);
  expect(onlyInCloud(ecs)).toEqual([]);
  ecs.emulator.faults.clear();
  await expectConverges(ecs);
});

async function start(form: PluginStart): Promise<EcsProject> {
  const ecs = await ecsProject({ program: PROGRAM, env });
  onTestFinished(() => ecs.close());
  usePlugin(ecs.project, form);
  ecs.emulator.faults.add({ fault: "late-reply", ms: ON_ITS_WAY_MS, action: "CreateKeyPair" });
  return ecs;
}

/** Begins an `up`, and answers when the cloud has made all pairs and has not told the plugin yet. */
async function whileKeysAreOnTheirWay(ecs: EcsProject): Promise<{ running: Running; plugin: Process[] }> {
  const running = ecs.project.start("up");
  await expect.poll(() => ecs.names().length, { timeout: 60_000, interval: 20 }).toBe(NAMES.length);
  const plugin = processTree(running.pid).filter(({ command }) =>
    /resource-keypair|run-plugin/.test(command),
  );
  onTestFinished(() => kill(...plugin));
  expect(plugin).not.toEqual([]);
  return { running, plugin };
}

async function expectEnd(processes: Process[]): Promise<void> {
  await expect.poll(() => processes.filter(isAlive), { timeout: 10_000 }).toEqual([]);
}

/** The private keys of the state are in nothing that was printed, and nowhere in clear text. */
async function expectNoSecrets({ project }: EcsProject, { output }: Run): Promise<void> {
  const needles = (await resourcesWithSecrets(project)).flatMap(({ outputs = {} }) => {
    const privateKey = revealed(outputs["privateKey"]);
    return privateKey === undefined ? [] : needlesOf(privateKey, String(outputs["publicKey"]));
  });
  expect(needles).not.toEqual([]);
  expect(findInText("output", output, needles)).toEqual([]);
  expect(findInText("state", JSON.stringify(project.deployment()), needles)).toEqual([]);
}

async function expectOrphans(ecs: EcsProject): Promise<void> {
  const left = onlyInCloud(ecs);
  expect(left).not.toEqual([]);
  expect(await ecs.mismatches()).toEqual(left.map((name) => `${name} is only in the cloud`));
  const found = await orphans({ project: ecs.project, env }, ["--json"]);
  expect(found).toMatchObject({ exitCode: 3, err: "" });
  expect(namesIn(found)).toEqual(left.toSorted());
}

async function expectConverges(ecs: EcsProject): Promise<void> {
  ecs.emulator.faults.clear();
  await ecs.project.up();
  expect(await ecs.mismatches()).toEqual([]);
  expect(ecs.names()).toHaveLength(NAMES.length);
}
