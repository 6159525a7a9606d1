import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { pluginProject } from "./support/plugin";
import { step } from "./support/step";

it("the tags of a stack, and tags that belong to other tools, in both fronts", async () => {
  const { line } = await newKey();
  const project = await pluginProject({
    program: `
      const args = { publicKeyBody: ${literal(line)}, tags: { role: "web", cost: "1" }, tagChanges: "update" };
      new KeyPair("dynamic", { keyPairName: "dynamic", ...args });
      new PluginKeyPair("plugin", { keyPairName: "plugin", ...args });`,
  });
  onTestFinished(() => project.close());
  const set = (path: string, value: string) =>
    project.pulumi(["config", "set", "--path", `keypair:${path}`, value]);
  const expectTags = (tags: object) => expect(pairs(project).map((pair) => pair.tags)).toEqual([tags, tags]);
  await set("defaultTags.team", "ops");
  await set("defaultTags.role", "any");
  await set("ignoreTags.keys[0]", "cost");
  await set("ignoreTags.keyPrefixes[0]", "robot:");

  await step("the pair's own tags come first", async () => {
    await project.up();
    expectTags({ team: "ops", role: "web", cost: "1" });
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  });
  await step("what another tool does to its tags is no drift", async () => {
    const robot = { cost: "9", "robot:seen": "today" };
    withStore(project, (store) => store.tag(LOCAL_REGION, ["dynamic", "plugin"], robot));
    expect((await project.refresh()).changes).toEqual({ same: 3 });
    expect((await project.up()).changes).toEqual({ same: 3 });
  });
  await step("another default is a change of the tags, which leaves those alone", async () => {
    await set("defaultTags.team", "dev");
    const run = await project.up();
    expect([run.ops("dynamic"), run.ops("plugin")]).toEqual([["update"], ["update"]]);
    expectTags({ team: "dev", role: "web", cost: "9", "robot:seen": "today" });
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  });
});

it("an explicit provider has tags of its own", async () => {
  const project = await pluginProject({
    program: `
      const provider = new Provider("own", {
        backend: "local",
        defaultTags: pulumi.output({ team: "ops" }).apply(JSON.stringify),
        ignoreTags: pulumi.output({ keys: ["cost"] }).apply(JSON.stringify),
      });
      new PluginKeyPair("web", { keyPairName: "web" }, { provider });`,
  });
  onTestFinished(() => project.close());
  await project.up();
  expect(pairs(project)[0]?.tags).toEqual({ team: "ops" });
  expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
});
