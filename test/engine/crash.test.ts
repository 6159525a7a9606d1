import { expect, it, onTestFinished } from "vitest";
import { holdStore, pairs } from "./support/localStore";
import { kill, processTree } from "./support/processes";
import { engineProject } from "./support/project";

/* What is left after the engine was killed is found by `orphans` (orphans.test.ts). */

it("an up whose provider is killed while it waits for the cloud fails in plain words, and the next up makes the pair", async () => {
  const project = await engineProject({ program: 'new KeyPair("pair", { keyPairName: "pair" });' });
  onTestFinished(() => project.close());
  const store = holdStore(project);
  const running = project.start("up");
  await running.says("waiting for another process that writes to the local store");
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
