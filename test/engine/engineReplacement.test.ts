import { readdirSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { literal, newKey, type TestKey } from "./support/keys";
import { LOCAL_REGION } from "./support/localStore";
import { FRONTS, frontProject } from "./support/plugin";
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

it.each(FRONTS)("%s: a pair that is replaced because another one is deleted first", async (front) => {
  const program = ({ line }: TestKey) => `
    const front = require("${front}");
    const ca = new front.KeyPair("ca", { keyPairName: "ca", publicKeyBody: ${literal(line)} });
    new front.KeyPair("web", { privateKeyFile: "web.pem", keepers: { ca: ca.fingerprintSha256 } });`;
  const project = await frontProject(front, { program: program(await newKey()) });
  onTestFinished(() => project.close());
  await project.up();
  const before = project.resource("web").outputs?.["fingerprintSha256"];

  project.program(program(await newKey()));
  for (const run of [await project.preview(), await project.up()]) {
    expect(run.ops("web")).toContain("replace");
    expect(run.warnings("web")[0]).toContain(`(keepers) rotates its private key ${before}`);
  }
  expect(project.resource("web").outputs?.["fingerprintSha256"]).not.toBe(before);
  const files = readdirSync(project.folder).filter((name) => name.startsWith("web.pem"));
  expect(files).toHaveLength(2);
});
