import { expect, it, onTestFinished } from "vitest";
import { LOCAL_REGION } from "./support/localStore";
import { frontProject } from "./support/plugin";
import { step } from "./support/step";

// The dynamic front cannot tell the engine which arguments have changed, so there `replaceOnChanges` replaces nothing.
it("key pairs and sets of the plugin that the engine replaces without a change", async () => {
  const front = "pulumi-keypair/plugin";
  const program = (tagChanges: string, more = "") => `
    const front = require("${front}");
    const options = { replaceOnChanges: ["tagChanges"] };
    new front.KeyPair("web", { tagChanges: "${tagChanges}" }, options);
    const team = new front.KeyPairSet("team", { created: ["ci"], tagChanges: "${tagChanges}" }, options);
    ${more}`;
  const project = await frontProject(front, { program: program("update") });
  onTestFinished(() => project.close());
  await project.up();

  await step("a preview warns of each private key that is rotated", async () => {
    expect((await project.preview()).warnings()).toEqual([]);
    project.program(program("replace"));
    const preview = await project.preview();
    expect(preview.warnings("web")).toEqual([expect.stringContaining("which rotates its private key")]);
    expect(preview.warnings("team")).toEqual([
      expect.stringContaining("which rotates the private keys of ci: keep the old ones"),
    ]);
  });

  await step("keyPairName refuses a region that the set is not in", async () => {
    project.program(program("update", 'module.exports = { name: team.keyPairName("ci", "nowhere") };'));
    const run = await project.up({ fails: true });
    expect(run.output).toContain(`keyPairName("ci"): the set is not in nowhere, but in ${LOCAL_REGION}.`);
  });
});
