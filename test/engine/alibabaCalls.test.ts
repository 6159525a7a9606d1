import { expect, it, onTestFinished } from "vitest";
import { ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { step } from "./support/step";

/** Two pages of a listing; `npm run bench` counts the calls of a full region. */
const PAIRS = 100;

/* How many calls a region takes, at the engine's default parallelism. */
it("pairs, half imported and half created, take few calls", async () => {
  const { line } = await newKey();
  const program = `
    for (let n = 0; n < ${PAIRS / 4}; n++) {
      const tags = { team: "ops", number: String(n) };
      new KeyPair("imported-" + n, { publicKeyBody: ${literal(line)}, tags });
      new KeyPair("named-import-" + n, { publicKeyBody: ${literal(line)}, keyPairName: "import-of-" + n, tags });
      new KeyPair("created-" + n, { tags });
      new KeyPair("named-" + n, { keyPairName: "pair-" + n, tags });
    }`;
  const ecs = await ecsProject({ program });
  onTestFinished(() => ecs.close());

  await step("up makes one call each, and looks before it takes an explicit name", async () => {
    const calls = await spent(() => ecs.project.up());
    expect(calls).toBeLessThanOrEqual(1.55 * PAIRS + 10);
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(PAIRS);
  });

  await step("refresh reads pages of 50", async () => {
    let changes: object = {};
    const calls = await spent(async () => {
      ({ changes } = await ecs.project.refresh());
    });
    expect(changes).toEqual({ same: PAIRS + 1 });
    expect(calls).toBeLessThanOrEqual(PAIRS / 50 + 2);
  });

  await step("destroy reads each pair right before it is deleted, and makes no more calls", async () => {
    const calls = await spent(() => ecs.project.destroy());
    expect(calls).toBeLessThanOrEqual(2 * PAIRS + 10);
    expect(ecs.names()).toEqual([]);
    expect(ecs.project.resources()).toEqual([]);
  });

  async function spent(work: () => Promise<unknown>): Promise<number> {
    const before = ecs.emulator.count();
    const began = performance.now();
    await work();
    const calls = ecs.emulator.count() - before;
    console.log(`${calls} calls, ${Math.round((performance.now() - began) / 1000)} s`);
    return calls;
  }
});
