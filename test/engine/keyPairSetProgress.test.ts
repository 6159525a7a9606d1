import { expect, test } from "vitest";
import { literal, newKey } from "./support/keys";
import { FRONTS, frontProject } from "./support/plugin";
import type { Run } from "./support/run";

test.concurrent.each(FRONTS)("%s: the progress of a few pairs ends at the last one", async (front) => {
  const { line } = await newKey();
  const members = Array.from({ length: 9 }, (_, index) => [`m${index}`, line]);
  const project = await frontProject(front, {
    program: `
      const { KeyPairSet } = require(${literal(front)});
      new KeyPairSet("team", { publicKeys: ${literal(Object.fromEntries(members))} });`,
  });
  const end = (run: Run) => run.progress.filter(({ resource }) => resource === "team").at(-1)?.message;
  try {
    expect(end(await project.up())).toBe("9 of 9 key pairs");
    expect(end(await project.refresh())).toBe("9 of 9 key pairs");
    expect(end(await project.destroy())).toBe("9 of 9 key pairs");
  } finally {
    await project.close();
  }
});
