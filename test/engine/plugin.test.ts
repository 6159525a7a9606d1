import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf, searchEverywhere } from "./support/leaks";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { pluginProgram, pluginProject } from "./support/plugin";
import type { EngineProject } from "./support/project";
import { step } from "./support/step";

const NAMES = ["imported", "created", "tagged", "dependent"];

it("key pairs of the plugin, from the first preview to destroy", async () => {
  let key = await newKey();
  const program = ({ team = "ops", name = "first", tags = '{ stage: "test" }' } = {}) => `
    const imported = new PluginKeyPair("imported", {
      keyPairName: ${literal(name)}, publicKeyBody: pulumi.secret(${literal(`${key.line} anna@laptop`)}),
    });
    const created = new PluginKeyPair("created", { tags: { team: ${literal(team)} } });
    new PluginKeyPair("tagged", { tags: ${tags}, tagChanges: "update", publicKeyBody: ${literal(key.pem)} });
    new PluginKeyPair("dependent", { tags: { of: created.fingerprintSha256.apply((text) => text.slice(7, 15)) } });
    module.exports = {
      known: imported.fingerprintSha256, notYet: created.keyPairName, privateKey: created.privateKey,
    };`;
  const opsOf = (run: { ops(name: string): string[] }) =>
    Object.fromEntries(NAMES.map((name) => [name, run.ops(name)]));

  const project = await pluginProject({ program: program() });
  onTestFinished(() => project.close());

  await step("preview tells what follows from the arguments, and makes nothing", async () => {
    const run = await project.preview();
    expect(opsOf(run)).toEqual(Object.fromEntries(NAMES.map((name) => [name, ["create"]])));
    // Known, and secret as the key that it follows from.
    expect(run.output).toMatch(/known *: \[secret\]/);
    expect(run.output).toMatch(/notYet *: \[unknown\]/);
    expect(run.diagnostics).toEqual([]);
    expect(pairs(project)).toEqual([]);
  });

  await step("up makes them; what is secret is so in the state too", async () => {
    const run = await project.up();
    expect(run.output).toMatch(/privateKey *: \[secret\]/);
    expect(run.diagnostics).toEqual([]);
    const { privateKey } = await project.outputs();

    const created = project.resource("created");
    expect(created.outputs).toMatchObject({
      keyPairName: created.id,
      privateKey: SECRET,
      tags: { team: "ops" },
    });
    const imported = project.resource("imported");
    expect(imported.inputs).toMatchObject({ publicKeyBody: SECRET });
    expect(imported.outputs).toMatchObject({ publicKeyBody: SECRET, publicKey: SECRET });
    expect(JSON.stringify(imported)).not.toContain(key.line.split(" ")[1]);
    const needles = needlesOf(String(privateKey), String(created.outputs?.["publicKey"]));
    expect(findInText("output", run.output, needles)).toEqual([]);
    expect(searchEverywhere(project.folder, needles, ["node_modules"])).toEqual([]);
  });

  await step("up again leaves all as it is", async () => {
    const before = pairs(project);
    const run = await project.up();
    expect(opsOf(run)).toEqual(Object.fromEntries(NAMES.map((name) => [name, ["same"]])));
    expect(pairs(project)).toEqual(before);
  });

  await step("changes are made in place or by replacement, and a lost private key is warned of", async () => {
    pluginProgram(project, program({ team: "dev", name: "second", tags: '{ stage: "live", new: "1" }' }));
    const run = await project.up();
    // Another name: the new pair is made first. A random one too.
    expect(run.ops("imported")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(run.replaceKeys("imported")).toEqual(["keyPairName"]);
    expect(run.replaceKeys("created")).toEqual(["tags"]);
    expect(run.warnings("created").join()).toMatch(
      /replacing key pair "created-\w+" \(tags\) rotates its private key SHA256:/,
    );
    expect(run.ops("tagged")).toEqual(["update"]);
    expect(pairs(project).find(({ name }) => name.startsWith("tagged"))?.tags).toEqual({
      stage: "live",
      new: "1",
    });
    expect(pairs(project)).toHaveLength(4);
  });

  await step("a replacement that keeps its name deletes first", async () => {
    key = await newKey();
    pluginProgram(project, program({ team: "dev", name: "second", tags: '{ stage: "live", new: "1" }' }));
    const run = await project.up();
    expect(run.ops("imported")).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(run.replaceKeys("imported")).toEqual(["publicKeyBody"]);
    expect(pairs(project).find(({ name }) => name === "second")?.publicKey).toContain(key.line);
  });

  await step("refresh sees what others have deleted and changed, and up makes it good", async () => {
    const tagged = String(project.resource("tagged").id);
    await beforeToday(project, "imported");
    withStore(project, (store) => {
      store.deleteMany(LOCAL_REGION, ["second"]);
      store.tag(LOCAL_REGION, [tagged], { stage: "drifted" });
    });
    await project.refresh();
    expect(
      project
        .resources()
        .map(({ urn }) => urn.split("::").at(-1))
        .sort(),
    ).toEqual(["created", "dependent", "tagged"]);
    expect(project.resource("tagged").outputs?.["tags"]).toEqual({ stage: "drifted", new: "1" });

    const run = await project.up();
    expect(opsOf(run)).toMatchObject({ imported: ["create"], tagged: ["update"], created: ["same"] });
    expect(pairs(project).find(({ name }) => name === tagged)?.tags).toEqual({ stage: "live", new: "1" });
  });

  await step("destroy deletes them", async () => {
    await project.destroy();
    expect(pairs(project)).toEqual([]);
    expect(project.resources()).toEqual([]);
  });
});

/** Of a pair that was made minutes ago, a look-up that does not find it may be late: it is repeated for some seconds. */
async function beforeToday(project: EngineProject, name: string): Promise<void> {
  const state = project.deployment();
  const stored = state.deployment.resources?.find(({ urn }) => urn.endsWith(`::${name}`));
  Object.assign(stored?.outputs ?? {}, { createdAt: "2020-01-01T00:00Z" });
  await project.importState(state);
}
