import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { literal, newKey } from "./support/keys";
import { holdStore, LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { kill, processTree } from "./support/processes";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

const WAITING = "waiting for another process that writes to the local store";

/* Kills while many pairs are made are tested on ECS. */

it("an up that is killed (SIGKILL) with all its processes while the cloud makes its pairs is made good", async () => {
  const [key, other] = await Promise.all([newKey(), newKey()]);
  const names = ["imported", "created", "theirs", "never-made"];

  const project = await engineProject({
    program: `
      const publicKeyBody = ${literal(key.line)};
      new KeyPair("imported", { keyPairName: "imported", publicKeyBody });
      new KeyPair("created", { keyPairName: "created" });
      new KeyPair("theirs", { keyPairName: "theirs", publicKeyBody });
      new KeyPair("never-made", { keyPairName: "never-made" });`,
  });
  onTestFinished(() => project.close());

  await step("up is killed", async () => {
    const store = holdStore(project);
    const running = project.start("up");
    await running.says(WAITING);
    await vi.waitFor(() => expect(journal(project)).toHaveLength(names.length), { timeout: 20_000 });
    kill(...processTree(running.pid));
    await running.ended;
    store.release();
    // What was on its way to the cloud arrives there: two of the requests, and a third that somebody else was quicker with.
    withStore(project, (cloud) => {
      cloud.import(LOCAL_REGION, { name: "imported", publicKey: key.line });
      cloud.create(LOCAL_REGION, { name: "created", publicKey: other.line });
      cloud.import(LOCAL_REGION, { name: "theirs", publicKey: other.line });
    });
  });

  await step("the state has no pairs, and a lock that `pulumi cancel` removes", async () => {
    expect(project.resources()).toEqual([]);
    const run = await project.up({ fails: true });
    expect(run.output).toMatch(/lock/);
    await project.pulumi(["cancel", "--yes"]);
  });

  await step("up takes over the imported pair, makes the lost one again, leaves another's", async () => {
    const run = await project.up({ fails: true, flags: ["--continue-on-error"] });
    expect(run.failed).toEqual(["theirs"]);
    expect(run.errors("theirs").join()).toContain('a key pair "theirs" is there already, with another key');
    expect(run.warnings("created")).toEqual([
      expect.stringMatching(
        /^key pair "created" \(local backend, region local, .*\) was deleted: an earlier run was killed while it made it, before the stack's state held it\.$/,
      ),
    ]);
    const stored = Object.fromEntries(pairs(project).map(({ name, publicKey }) => [name, publicKey]));
    expect(Object.keys(stored).sort()).toEqual([...names].sort());
    expect(stored).toMatchObject({ imported: key.line, theirs: other.line });
    for (const name of ["created", "never-made"]) {
      const { outputs } = project.resource(name);
      expect(outputs).toMatchObject({ publicKey: stored[name], privateKey: expect.anything() });
    }
  });

  await step("the next up changes nothing but what failed", async () => {
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, ["theirs"]));
    expect((await project.up()).changes).toEqual({ create: 1, same: 4 });
    expect((await project.up()).changes).toEqual({ same: 5 });
    expect(journal(project)).toEqual([]);
  });

  await step("the engine forgets the interrupted calls when it is told to", async () => {
    expect(project.deployment().deployment.pending_operations).toHaveLength(names.length);
    await project.refresh({ flags: ["--clear-pending-creates"] });
    expect(project.deployment().deployment.pending_operations ?? []).toEqual([]);
    expect((await project.up()).changes).toEqual({ same: 5 });
  });
});

/** The calls of which the outcome is not certain yet. */
function journal(project: EngineProject): string[] {
  const folder = join(project.pulumiHome, "keypair/journal");
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
}

it("an up whose provider is killed while it waits for the cloud fails in plain words, and the next up makes the pair", async () => {
  const project = await engineProject({ program: 'new KeyPair("pair", { keyPairName: "pair" });' });
  onTestFinished(() => project.close());
  const store = holdStore(project);
  const running = project.start("up");
  await running.says(WAITING);
  const provider = processTree(running.pid).findLast(({ command }) => command.includes("dynamic-provider"));
  if (!provider) throw new Error("there is no provider");
  kill(provider);
  const run = await running.ended;
  store.release();
  expect(run.exitCode).not.toBe(0);
  expect(run.failed).toEqual(["pair"]);
  expect(project.resources()).toEqual([]);

  await project.up();
  expect(pairs(project)).toHaveLength(1);
  expect(project.resource("pair").outputs).toHaveProperty("privateKey");
  expect((await project.up()).changes).toEqual({ same: 2 });
});
