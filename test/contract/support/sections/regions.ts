import { expect, it } from "vitest";
import { operation } from "../harness";
import { defined, type Workbench } from "../workbench";

export function regions(bench: Workbench): void {
  const { regions: some } = bench.harness.capabilities;

  it(some ? "lists the regions, sorted" : "has no list of regions, and says so", async () => {
    if (!some) {
      expect(bench.backend.listRegions).toBeUndefined();
      return;
    }
    const told = await defined(bench.backend.listRegions?.(operation()));
    expect(told).toEqual(expect.arrayContaining([...some]));
    expect(told).toEqual(told.toSorted());
  });
}
