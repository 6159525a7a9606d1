import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { credentials, type EcsProject, type EcsProjectOptions, ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { command, namesIn, onlyInCloud, orphans } from "./support/orphans";
import { usePlugin } from "./support/plugin";
import { kill, type Process, processTree } from "./support/processes";

/** So many of each: imported and created, with automatic names and explicit ones. */
const EACH = 5;
const MADE = ["ImportKeyPair", "CreateKeyPair"];
const CLOUD = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };

describe("an up that is killed while it makes 20 pairs", () => {
  it.each<[string, number, (all: Process[]) => Process[]]>([
    ["all of its processes, while reads lag 3 s behind writes", 3_000, (all) => all],
    ["the engine alone", 0, (all) => all.slice(0, 1)],
  ])("%s: orphans finds what is left, and deletes it", async (_, readLagMs, victims) => {
    const keys = await Promise.all(Array.from({ length: 2 * EACH }, newKey));
    const ecs = await start({
      program: `
        ${literal(keys.map(({ line }) => line))}.forEach((publicKeyBody, n) => {
          const named = (name) => n % 2 === 0 ? {} : { keyPairName: "explicit-" + name + "-" + n };
          new KeyPair("imported-" + n, { publicKeyBody, tags: { team: "ops" }, ...named("import") });
          new KeyPair("created-" + n, named("create"));
        });`,
      emulator: { readLagMs },
      env: { ...CLOUD, ...credentials() },
    });
    const { project } = ecs;
    await killHalfWay(ecs, 2 * EACH, victims);
    const left = onlyInCloud(ecs);
    expect(left.length).toBeGreaterThan(0);

    // Everything else that cloud and state have fits: each created pair of the state has its private key there.
    expect(await ecs.mismatches()).toEqual(left.map((name) => `${name} is only in the cloud`));
    const found = await orphans(ecs, ["--json"]);
    expect(found).toMatchObject({ exitCode: 3, err: "" });
    expect(namesIn(found)).toEqual(left.toSorted());
    expect(found.out).not.toMatch(/PRIVATE KEY|emulator-only/);

    const refused = await orphans(ecs, ["--delete"]);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining("nobody can answer here") });
    expect(onlyInCloud(ecs)).toEqual(left);
    const deleted = await orphans(ecs, ["--delete", "--yes", "--json"]);
    expect(deleted).toMatchObject({ exitCode: 0, err: "" });
    expect(namesIn(deleted)).toEqual(left.toSorted());
    expect(await ecs.mismatches()).toEqual([]);
    await project.pulumi(["cancel", "--yes"]);
    await project.refresh({ flags: ["--clear-pending-creates"] });
    expect(project.deployment().deployment.pending_operations ?? []).toEqual([]);
    expect((await orphans(ecs, [])).out).toBe("The state knows of no interrupted create of a key pair.\n");
    await project.up();
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(4 * EACH);
    expect((await project.up()).changes).toEqual({ same: 4 * EACH + 1 });
  });
});

it("an up whose provider alone is killed leaves no pending operations: orphans says that it knows of none", async () => {
  const ecs = await start({
    program: `for (let n = 0; n < 10; n++) new KeyPair("created-" + n);`,
    env: { ...CLOUD, ...credentials() },
  });
  await killHalfWay(ecs, 5, (all) =>
    all.filter(({ command }) => command.includes("dynamic-provider")).slice(-1),
  );
  expect(onlyInCloud(ecs).length).toBeGreaterThan(0);
  expect(ecs.project.deployment().deployment.pending_operations ?? []).toEqual([]);
  expect(await orphans(ecs, [])).toEqual({
    exitCode: 0,
    out: "The state knows of no interrupted create of a key pair.\n",
    err: "",
  });
});

it("finds what the plugin was making, with the credentials of an explicit provider that only the state holds", async () => {
  const ecs = await start({ program: "", config: { "keypair:endpoint": "http://127.0.0.1:9" }, env: CLOUD });
  const { project, emulator } = ecs;
  usePlugin(project);
  const { line } = await newKey();
  project.program(`
    class PluginKeyPair extends pulumi.CustomResource {
      constructor(name, args, opts) { super("keypair:index:KeyPair", name, { keyPairName: undefined, ...args }, opts); }
    }
    class Provider extends pulumi.ProviderResource {
      constructor(name, args) { super("keypair", name, args); }
    }
    const provider = new Provider("own", {
      backend: "alibaba", region: "cn-hangzhou", endpoint: ${literal(emulator.endpoint)},
      accessKeyId: ${literal(TEST_ACCESS_KEY.id)}, accessKeySecret: pulumi.secret(${literal(TEST_ACCESS_KEY.secret)}),
    });
    for (let n = 0; n < 6; n++) {
      new PluginKeyPair("imported-" + n, { publicKeyBody: ${literal(line)}, keyPairName: "web-" + n }, { provider });
      new PluginKeyPair("created-" + n, {}, { provider });
    }`);
  await killHalfWay(ecs, 3, (all) => all);
  const left = onlyInCloud(ecs);
  expect(left.length).toBeGreaterThan(0);

  const found = await orphans(ecs, ["--json"]);
  expect(found).toMatchObject({ exitCode: 3, err: "" });
  expect(namesIn(found)).toEqual(left.toSorted());
  expect(found.out).not.toContain(TEST_ACCESS_KEY.secret);
  // An export without secrets does not say whose credentials the provider has.
  const { output } = await project.pulumi(["stack", "export"]);
  mkdirSync(project.path("below"));
  const unclear = await orphans(ecs, ["--json", "--state", "-"], { stdin: output, folder: "below" });
  expect(unclear.exitCode).toBe(1);
  expect(unclear.out).toContain("the state holds accessKeySecret encrypted");

  expect((await orphans(ecs, ["--delete", "--yes"])).exitCode).toBe(0);
  await project.pulumi(["cancel", "--yes"]);
  await project.refresh({ flags: ["--clear-pending-creates"] });
  await project.up();
  expect(await ecs.mismatches()).toEqual([]);
  expect(ecs.names()).toHaveLength(12);
});

/* Windows has neither /dev/full nor descriptors that are open for writing only. */
describe.skipIf(process.platform === "win32")("the process of the command says in one line", () => {
  const failed = (err: string) => ({ exitCode: 1, out: "", err: `pulumi-keypair: ${err}\n` });

  it.each([
    ["public-key", "-"],
    ["orphans", "--state", "-"],
  ])("that %s cannot read standard input", async (...args) => {
    const folder = mkdtempSync(join(tmpdir(), "keypair-streams-"));
    const stdin = openSync(join(folder, "write-only"), "w");
    onTestFinished(() => {
      closeSync(stdin);
      rmSync(folder, { recursive: true });
    });
    expect(await command(args, { stdio: [stdin, "pipe", "pipe"] })).toEqual(
      failed("standard input cannot be read."),
    );
  });

  it("that standard output is full", async () => {
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const { line } = await newKey();
    expect(await command(["fingerprint", "-"], { stdio: ["pipe", full, "pipe"] }, line)).toEqual(
      failed("standard output cannot be written: ENOSPC: no space left on device, write"),
    );
  });

  it("that nobody reads standard output any more", async () => {
    const { line } = await newKey();
    const ended = command(["fingerprint", "-"], {}, line, (child) => child.stdout?.destroy());
    expect(await ended).toEqual(failed("standard output cannot be written: write EPIPE"));
  });
});

interface Stack extends EcsProject {
  env: NodeJS.ProcessEnv;
}

async function start(options: EcsProjectOptions): Promise<Stack> {
  const ecs = await ecsProject({ ...options, emulator: { latencyMs: 200, ...options.emulator } });
  onTestFinished(() => ecs.close());
  return Object.assign(ecs, { env: options.env ?? {} });
}

/**
 * The state's folder, for a run that is killed. Beside each state file the CLI writes a file of attributes, and not in one step: a
 * kill may leave that one empty, and every command then fails with "failed to load checkpoint: EOF".
 */
function withoutAttributes({ stateFolder }: EcsProject["project"]): string {
  return `file://${stateFolder}?metadata=skip`;
}

/**
 * Kills when so many pairs were made: some are in the state, some are not yet, and some are to come. Of each operation about half
 * are never answered, so that pairs are left however the processes take turns.
 */
async function killHalfWay(
  ecs: EcsProject,
  made: number,
  victims: (all: Process[]) => Process[],
): Promise<void> {
  const { project, emulator } = ecs;
  const from = Math.ceil(made / 2);
  emulator.faults.add(...MADE.map((action) => ({ fault: "hang", when: "after", action, from }) as const));
  const running = project.start("up", {
    flags: ["--stack", "dev"],
    env: { PULUMI_BACKEND_URL: withoutAttributes(project) },
  });
  const isHalfWay = async () =>
    await expect
      .poll(() => ecs.names().length, { timeout: 60_000, interval: 5 })
      .toBeGreaterThanOrEqual(made);
  const tooSoon = running.ended.then(({ output }) => {
    throw new Error(`the run ended before it was killed:\n${output}`);
  });
  await Promise.race([isHalfWay(), tooSoon]);
  const all = processTree(running.pid);
  kill(...victims(all));
  await running.ended;
  // A provider that lives on may still make calls for a while. None come any more; what was on its way arrives.
  kill(...all);
  const asked = () => emulator.calls.filter(({ action }) => MADE.includes(action)).length;
  await expect.poll(() => asked() - ecs.names().length, { timeout: 10_000 }).toBe(0);
  emulator.faults.clear();
}
