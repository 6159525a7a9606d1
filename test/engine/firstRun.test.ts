import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairs } from "./support/localStore";
import { type EngineProject, engineProject } from "./support/project";

describe("first", () => {
  let project: EngineProject;
  beforeAll(async () => {
    project = await engineProject({ program: 'exports.k = new KeyPair("auto").privateKey;' });
  });
  afterAll(() => project.close());

  it("ups", async () => {
    const run = await project.up();
    expect(run.ops("auto")).toEqual(["create"]);
    expect(pairs(project)).toHaveLength(1);
    expect((await project.outputs())["k"]).toContain("BEGIN RSA PRIVATE KEY");
  });
});
