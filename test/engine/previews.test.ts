import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { frontProject, pluginProject } from "./support/plugin";
import { engineProject } from "./support/project";
import { step } from "./support/step";

it("what follows from an imported key is known in a preview, also while the pair is changed in place", async () => {
  const { line } = await newKey();
  const program = (team: string) => `
    const web = new KeyPair("web", { publicKeyBody: ${literal(line)}, tags: { team: "${team}" }, tagChanges: "update" });
    new KeyPair("copy", { publicKeyBody: web.publicKey }, { protect: true });
    exports.known = pulumi.all([web.publicKey, web.fingerprintSha256, web.fingerprintMd5, web.keyType, web.keyBits, web.keyPairName]);`;
  const project = await engineProject({ program: program("ops") });
  onTestFinished(() => project.close());

  await step("before it is there, all but its name", async () => {
    const run = await project.preview();
    expect(run.errors()).toEqual([]);
    expect(run.ops("copy")).toEqual(["create"]);
  });

  await step("a change of its tags changes nothing that is made of its key", async () => {
    await project.up();
    project.program(program("dev"));
    const run = await project.preview();
    expect([run.ops("web"), run.ops("copy")]).toEqual([["update"], ["same"]]);
    expect((await project.up()).changes).toEqual({ update: 1, same: 2 });
  });

  await step("nothing of it is stored among the arguments", () => {
    const { inputs } = project.resource("web");
    expect(Object.keys(inputs ?? {}).filter((name) => !name.startsWith("__"))).toEqual([
      "keyPairName",
      "publicKeyBody",
      "tagChanges",
      "tags",
    ]);
  });
});

it("an update plan holds for imported and created pairs of the plugin", async () => {
  const { line } = await newKey();
  const project = await pluginProject({
    program: `
      new PluginKeyPair("imported", { publicKeyBody: ${literal(line)} });
      new PluginKeyPair("created", {});`,
    env: { PULUMI_EXPERIMENTAL: "true" },
  });
  onTestFinished(() => project.close());
  const plan = project.path("tmp/plan.json");
  await project.preview({ flags: ["--save-plan", plan] });
  await project.up({ flags: ["--plan", plan] });
  expect((await project.up()).changes).toEqual({ same: 3 });
});

it("a reviewer sees whose key comes in the place of whose, and what rotates a private key, in both fronts", async () => {
  const [old, now] = [await newKey(), await newKey()];
  const names = { "pulumi-keypair": "dynamic", "pulumi-keypair/plugin": "plugin" };
  const program = (line: string, prefix: string) => `
    for (const [front, name] of Object.entries(${literal(names)})) {
      const { KeyPair: Pair } = require(front);
      new Pair(name + "-anna", { publicKeyBody: ${literal(line)} });
      new Pair(name + "-bastion", {
        keyPairNamePrefix: name + "-${prefix}", keyGeneration: { source: "local", type: "ecdsa" },
      });
    }`;
  const project = await frontProject("pulumi-keypair/plugin", {
    program: program(`${old.line} anna@old`, "first"),
  });
  onTestFinished(() => project.close());
  await project.up();
  project.program(program(`${now.line} anna@new`, "second"));
  const run = await project.preview({ flags: ["--diff"] });
  for (const name of Object.values(names)) {
    const anna = `${name}-anna`;
    const said = run.diagnostics.filter(({ resource }) => resource === anna).map(({ message }) => message);
    const before = String(project.resource(anna).outputs?.["fingerprintSha256"]);
    expect(said, anna).toEqual([
      expect.stringMatching(
        new RegExp(
          `^key pair "${anna}-\\w{7}" gets another public key: SHA256:\\S+ \\(anna@old\\) → SHA256:\\S+ \\(anna@new\\)$`,
        ),
      ),
    ]);
    expect(said[0]).toContain(`${before} (anna@old)`);
    expect(run.warnings(`${name}-bastion`).join(), name).toContain(
      "(keyPairNamePrefix) rotates its private key SHA256:",
    );
  }
});
