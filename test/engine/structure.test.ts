import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { pairs } from "./support/localStore";
import { engineProject } from "./support/project";
import { step } from "./support/step";

const FLEET = `
  class Fleet extends pulumi.ComponentResource {
    constructor(name, args, opts) {
      super("test:index:Fleet", name, {}, opts);
      this.outer = new KeyPair(name + "-outer", args, { parent: this });
      this.inner = new KeyPair(name + "-inner", { ...args, keyPairNamePrefix: this.outer.keyPairName }, { parent: this.outer });
      this.registerOutputs({ name: this.inner.keyPairName });
    }
  }`;

it("key pairs below a component are made, warned of, changed and deleted like others", async () => {
  const program = (team: string) => `
    ${FLEET}
    const before = new KeyPair("before");
    const fleet = new Fleet("fleet", { tags: { team: "${team}" } }, { dependsOn: [before] });
    new KeyPair("after", { keyPairNamePrefix: fleet.inner.keyPairName }, { dependsOn: [fleet] });`;

  const project = await engineProject({ program: program("ops") });
  onTestFinished(() => project.close());

  await step("up makes them, without a dependency on their own component", async () => {
    const run = await project.up();
    expect(run.changes).toEqual({ create: 6 });
    const { id: outer } = project.resource("fleet-outer");
    expect(project.resource("fleet-inner").id).toMatch(new RegExp(`^${outer}-`));
    expect((await project.up()).changes).toEqual({ same: 6 });
  });

  await step("their warnings stand at their own URN", async () => {
    project.program(program("dev"));
    const run = await project.preview();
    for (const name of ["fleet-outer", "fleet-inner"]) {
      const { urn } = project.resource(name);
      const warning = run.diagnostics.find((said) => said.urn === urn && said.severity === "warning");
      expect(warning?.message).toContain("rotates its private key");
    }
  });

  await step("up --target changes one alone", async () => {
    const { urn } = project.resource("fleet-outer");
    const innerBefore = project.resource("fleet-inner");
    const run = await project.up({ flags: ["--target", urn] });
    expect(run.ops("fleet-outer")).toContain("replace");
    expect(run.ops("fleet-inner").filter((op) => op !== "same")).toEqual([]);
    expect(project.resource("fleet-inner").id).toBe(innerBefore.id);
    await project.up();
    expect((await project.up()).changes).toEqual({ same: 6 });
  });

  await step("destroy --target deletes one alone", async () => {
    const { urn, id } = project.resource("after");
    await project.destroy({ flags: ["--target", urn] });
    expect(pairs(project).map(({ name }) => name)).not.toContain(id);
    expect(pairs(project)).toHaveLength(3);
  });
});

it("a protected pair is not replaced, and the preview says so", async () => {
  const key = await newKey();
  const program = (tags: object) =>
    `new KeyPair("kept", { publicKeyBody: ${literal(key.line)}, tags: ${literal(tags)} }, { protect: true });`;
  const project = await engineProject({ program: program({}) });
  onTestFinished(() => project.close());
  await project.up();
  project.program(program({ a: "b" }));
  const run = await project.preview({ fails: true });
  expect(run.output).toMatch(/unable to replace resource .*kept.*marked for protection/s);
  expect(pairs(project)).toHaveLength(1);
});
