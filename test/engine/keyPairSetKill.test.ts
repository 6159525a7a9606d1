import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { kill, processTree } from "./support/processes";
import { pairsInState, WITH_SETS } from "./support/sets";

it("an up that is killed in the middle of 200 pairs loses nothing that the next one cannot take over", async () => {
  const { line } = await newKey();
  const program = `${WITH_SETS}
    const publicKeys = Object.fromEntries(Array.from({ length: 200 }, (_, n) => ["m" + n, ${literal(line)}]));
    new KeyPairSet("team", { publicKeys, onExisting: "adopt" });`;
  const ecs = await ecsProject({ program, emulator: { latencyMs: 50, callsPerSecond: 40 } });
  onTestFinished(() => ecs.close());
  const { project, emulator } = ecs;
  const running = project.start("up");
  while (emulator.store.list("cn-hangzhou").total < 100) await sleep(20);
  kill(...processTree(running.pid));
  await running.ended;
  // What was on its way arrives.
  await sleep(2_000);
  const made = ecs.names().length;
  expect(made).toBeGreaterThanOrEqual(100);
  expect(made).toBeLessThan(200);
  expect(project.resources().map(({ type }) => type)).not.toContain("KeyPairSet");
  expect(project.deployment().deployment.pending_operations).toHaveLength(1);

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
