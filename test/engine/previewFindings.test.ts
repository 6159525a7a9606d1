import { expect, it, onTestFinished } from "vitest";
import { FRONTS, frontProject } from "./support/plugin";
import { step } from "./support/step";

/* What can be known without a call is found by the preview, in both fronts. */

const SECRET = "planted-7f3a90c1d5e2";

it.each(FRONTS)(
  "%s: places where nothing can be made, wrong look-ups and secrets in clear text",
  async (front) => {
    const program = (body: string) => `
    const { KeyPair: Pair, getKeyPairsOutput } = require("${front}");
    ${body}`;
    const project = await frontProject(front, {
      program: program(`
      new Pair("folder", { connection: { path: "." } });
      new Pair("regionless", { connection: { backend: "alibaba" } });`),
      config: { "keypair:backend": "local", "keypair:accessKeySecret": SECRET },
    });
    onTestFinished(() => project.close());

    await step("in the first preview", async () => {
      const run = await project.preview({ fails: true, flags: ["--diff"] });
      const found = ["is a folder", "no region is configured for Alibaba Cloud"].filter((text) =>
        run.output.includes(text),
      );
      // With a plugin the engine ends a preview at the first resource that has a problem.
      expect(found).toHaveLength(front === "pulumi-keypair" ? 2 : 1);
      expect(run.output).not.toContain(SECRET);
    });

    // The program warns. What it says in a preview that the engine ends early may be lost.
    await step("a warning of a secret that is none", async () => {
      project.program(program('new Pair("pair");'));
      const run = await project.preview();
      expect(run.warnings().join()).toContain(
        "keypair:accessKeySecret stands in the stack's configuration in clear text",
      );
      expect(run.output).not.toContain(SECRET);
    });

    await step("a filter that nobody reads", async () => {
      project.program(program(`getKeyPairsOutput({ nameRegexp: "^web" });`));
      const run = await project.preview({ fails: true });
      expect(run.output).toContain("nameRegexp: there is no such argument: did you mean nameRegex?");
    });

    await step("no warning of a secret that is one, and a warning of an unknown key", async () => {
      project.program(program('new Pair("pair");'));
      await project.configure({ "keypair:regoin": "x" }, { "keypair:accessKeySecret": SECRET });
      // The plugin refuses an unknown key. Pulumi does not tell it to a dynamic provider.
      const run = await project.preview({ fails: front === "pulumi-keypair/plugin" });
      expect(run.output).not.toContain("clear text");
      expect(run.output).toMatch(/did you mean (keypair:)?region\?/i);
      expect(run.output).not.toContain(SECRET);
    });
  },
);
