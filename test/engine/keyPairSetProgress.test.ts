import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { FRONTS, frontProject } from "./support/plugin";
import type { Run } from "./support/run";

it("the progress of a few pairs ends at the last one, in both fronts", async () => {
  const { line } = await newKey();
  const members = Array.from({ length: 9 }, (_, index) => [`m${index}`, line]);
  const sets = FRONTS.map((front) => ({ front, name: front.replace("/", "-") }));
  const project = await frontProject("pulumi-keypair/plugin", {
    program: `
      for (const { front, name } of ${literal(sets)})
        new (require(front).KeyPairSet)(name, { publicKeys: ${literal(Object.fromEntries(members))} });`,
  });
  onTestFinished(() => project.close());
  const ends = (run: Run) =>
    sets.map(({ name }) => run.progress.filter(({ resource }) => resource === name).at(-1)?.message);
  const last = ["9 of 9 key pairs", "9 of 9 key pairs"];
  expect(ends(await project.up())).toEqual(last);
  expect(ends(await project.refresh())).toEqual(last);
  expect(ends(await project.destroy())).toEqual(last);
});
