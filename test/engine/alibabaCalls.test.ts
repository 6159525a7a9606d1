import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EcsProject, ecsProject } from "./support/alibaba";
import { literal, newKey } from "./support/keys";

const PAIRS = 500;

/** How many calls a full region takes, at the engine's default parallelism. The tests are steps of one stack. */
describe("500 pairs, half imported and half created", () => {
  let ecs: EcsProject;

  beforeAll(async () => {
    const { line } = await newKey();
    const program = `
      for (let n = 0; n < ${PAIRS / 4}; n++) {
        const tags = { team: "ops", number: String(n) };
        new KeyPair("imported-" + n, { publicKeyBody: ${literal(line)}, tags });
        new KeyPair("named-import-" + n, { publicKeyBody: ${literal(line)}, keyPairName: "import-of-" + n, tags });
        new KeyPair("created-" + n, { tags });
        new KeyPair("named-" + n, { keyPairName: "pair-" + n, tags });
      }`;
    ecs = await ecsProject({ program });
  });
  afterAll(() => ecs.close());

  it("take one call each to make", async () => {
    const calls = await spent(() => ecs.project.up());
    expect(calls).toBeLessThanOrEqual(1.05 * PAIRS + 10);
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.names()).toHaveLength(PAIRS);
  });

  it("take a page of 50 each to refresh", async () => {
    let changes: object = {};
    const calls = await spent(async () => {
      ({ changes } = await ecs.project.refresh());
    });
    expect(changes).toEqual({ same: PAIRS + 1 });
    expect(calls).toBeLessThanOrEqual(12);
  });

  it("are deleted many at a time", async () => {
    const calls = await spent(() => ecs.project.destroy());
    expect(calls).toBeLessThanOrEqual(75);
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
