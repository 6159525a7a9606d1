import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf } from "./support/leaks";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { pluginPath, pluginProject } from "./support/plugin";
import { step } from "./support/step";

/* `pulumi-keypair/plugin`: the classes of the SDK, served by the plugin. */

it("a program moves from the dynamic front to the plugin and back by its import, and the cloud is not touched", async () => {
  const { line } = await newKey();
  const program = (from: string) => `
    module.exports = async () => {
      const { KeyPair, KeyPairAttachment, getPublicKeyOutput } = require("${from}");
      class Team extends pulumi.ComponentResource {
        constructor(name) {
          super("test:index:Team", name);
          new KeyPair("nested", { publicKeyBody: ${literal(line)} }, { parent: this });
        }
      }
      new Team("team");
      const created = new KeyPair("created", { tags: { team: "ops" }, keyGeneration: { source: "local", type: "ed25519" } });
      new KeyPairAttachment("web", { keyPairName: created.keyPairName, instanceIds: ["i-1"] });
      const { publicKey } = getPublicKeyOutput({ privateKey: created.privateKey });
      return { privateKey: created.privateKey, openssh: created.privateKeyOpenssh, publicKey, known: created.publicKey };
    };`;
  const project = await pluginProject({ program: program("pulumi-keypair") });
  onTestFinished(() => project.close());
  await project.up();
  const before = { pairs: pairs(project), outputs: await project.outputs() };
  const types = () => project.resources().map(({ type }) => type.replace(/.*[:/](keypair:)/, "$1"));
  expect(before.outputs["openssh"]).toContain("BEGIN OPENSSH PRIVATE KEY");
  expect(before.outputs["publicKey"]).toBe(before.outputs["known"]);

  for (const [from, type] of [
    ["pulumi-keypair/plugin", "keypair:index:KeyPair"],
    ["pulumi-keypair", "pulumi-nodejs:dynamic/keypair:KeyPair"],
    ["pulumi-keypair/plugin", "keypair:index:KeyPair"],
  ] as const) {
    await step(`to ${from}`, async () => {
      project.program(program(from));
      const preview = await project.preview();
      expect(preview.changes).toEqual({ same: 5 });
      const run = await project.up();
      expect(run.changes).toEqual({ same: 5 });
      expect(run.diagnostics).toEqual([]);
      expect(project.resource("created").type).toBe(type);
      expect({ pairs: pairs(project), outputs: await project.outputs() }).toEqual(before);
      expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 5 });
      expect(project.resource("created").outputs).toMatchObject({ privateKey: SECRET });
      const needles = needlesOf(String(before.outputs["privateKey"]), "");
      expect(findInText("state", JSON.stringify(project.deployment()), needles)).toEqual([]);
    });
  }
  expect(types()).toHaveLength(4);
  await project.destroy();
  expect(pairs(project)).toEqual([]);
});

it("what the plugin made is the dynamic front's after one up, and can then be refreshed, replaced and deleted", async () => {
  const { line } = await newKey();
  const program = (from: string, keeper: string) => `
    const from = require("${from}");
    new from.KeyPair("deploy", { publicKeyBody: ${literal(line)} });
    const created = new from.KeyPair("created", {
      keepers: { of: "${keeper}" }, keyGeneration: { source: "local", type: "ed25519" },
    });
    new from.KeyPairAttachment("web", { keyPairName: created.keyPairName, instanceIds: ["i-1"] });
    new from.KeyPairSet("team", { publicKeys: { anna: ${literal(line)} } });`;
  const project = await pluginProject({ program: program("pulumi-keypair/plugin", "first") });
  onTestFinished(() => project.close());
  await project.up();
  const before = pairs(project);

  project.program(program("pulumi-keypair", "first"));
  const run = await project.up();
  expect(run.changes).toEqual({ same: 1, update: 4 });
  expect(pairs(project)).toEqual(before);
  expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 5 });
  project.program(program("pulumi-keypair", "second"));
  await project.up();
  expect(pairs(project)).toHaveLength(3);
  await project.destroy();
  expect(pairs(project)).toEqual([]);
});

it("what only the plugin has: providers, import, time-outs, and outputs that a preview knows", async () => {
  const { line } = await newKey();
  const project = await pluginProject({
    program: `
    module.exports = async () => {
    const { KeyPair, Provider, getKeyPair, getKeyPairs, getKeyPairsOutput } = require("pulumi-keypair/plugin");
    const other = new Provider("other", { backend: "local", path: "other.sqlite", timeoutSeconds: 60,
      accessKeyId: "id-of-nobody", accessKeySecret: "a-secret-of-a-test", securityToken: "a-token-of-a-test" });
    const there = new KeyPair("there", { keyPairName: "there", publicKeyBody: ${literal(line)} }, { import: "there" });
    const web = new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(line)} }, { provider: other, customTimeouts: { create: "1m" } });
    const read = KeyPair.get("read", "there");
    return {
      found: (await getKeyPair({ keyPairName: "there" })).publicKey,
      names: (await getKeyPairs({ nameRegex: "^there" })).keyPairNames,
      inOther: getKeyPairsOutput({ nameRegex: web.keyPairName }, { provider: other }).keyPairNames,
      read: read.publicKey, isPair: KeyPair.isInstance(web), type: KeyPair.__pulumiType,
    };};`,
  });
  onTestFinished(() => project.close());
  withStore(project, (store) => store.import(LOCAL_REGION, { name: "there", publicKey: line }));
  const run = await project.up();
  expect(run.ops("there")).toEqual(["import"]);
  expect(await project.outputs()).toEqual({
    found: line,
    names: ["there"],
    inOther: ["web"],
    read: line,
    isPair: true,
    type: "keypair:index:KeyPair",
  });
  expect(pairs(project, LOCAL_REGION, "other.sqlite")).toMatchObject([{ name: "web" }]);
  for (const text of [JSON.stringify(project.deployment()), run.output])
    expect(text).not.toMatch(/a-(secret|token)-of-a-test/);
  const provider = project.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::other"));
  expect(provider?.inputs).toMatchObject({ accessKeySecret: SECRET, securityToken: SECRET });
  await project.destroy();
});

it("a key without a value is refused: no pair is created where the program meant to import one", async () => {
  const project = await pluginProject({
    program: `
    const { KeyPair: Pair } = require("pulumi-keypair/plugin");
    new Pair("unset", { publicKeyBody: process.env.NOT_SET });
    new Pair("later", { publicKeyFile: pulumi.output(undefined) });`,
  });
  onTestFinished(() => project.close());
  const run = await project.up({ fails: true });
  const all = [...run.errors("unset"), ...run.errors("later")].join("\n");
  expect(all).toMatch(/publicKey(Body|File)\b.*is given, but it has no value/);
  expect(project.resources()).toEqual([]);
});

it("pulumi:autonaming names the pairs that the program does not, and a name that was once made is kept", async () => {
  const program = (tag: string) => `
    const { KeyPair: Pair } = require("pulumi-keypair/plugin");
    new Pair("web", { tags: { of: "${tag}" }, tagChanges: "update" });
    new Pair("db", { keyPairNamePrefix: "data", tags: { of: "one" } });`;
  const project = await pluginProject({ program: program("one") });
  onTestFinished(() => project.close());
  const autonaming = (lines: string) =>
    project.write("Pulumi.dev.yaml", `config:\n  keypair:backend: local\n  pulumi:autonaming:\n${lines}`);
  /** Pulumi's own placeholder. */
  const of = (value: string) => `\${${value}}`;
  const ofWeb = () => pairs(project).find(({ name }) => !name.startsWith("data-"));

  await step("by a pattern", async () => {
    autonaming(`    pattern: ${of("stack")}-${of("name")}-${of("hex(6)")}\n`);
    expect((await project.preview()).ops("web")).toEqual(["create"]);
    await project.up();
    expect(ofWeb()?.name).toMatch(/^dev-web-[0-9a-f]{6}$/);
    expect(project.resource("db").id).toMatch(/^data-[0-9a-f]{7}$/);
  });
  const name = ofWeb()?.name;
  await step("which is kept, also by another pattern", async () => {
    autonaming(`    pattern: other-${of("name")}\n`);
    project.program(program("two").replace("one", "changed"));
    const run = await project.up();
    expect(run.ops("web")).toEqual(["update"]);
    expect(ofWeb()).toMatchObject({ name, tags: { of: "two" } });
  });
  await step("or not at all", async () => {
    await project.destroy();
    autonaming("    mode: disabled\n");
    const run = await project.up({ fails: true });
    expect(run.output).toMatch(
      /property keyPairName value .* is missing: the configuration pulumi:autonaming disables automatic names\./,
    );
    expect(pairs(project)).toEqual([]);
  });
});

it("pulumi do lists what is there", async () => {
  const project = await pluginProject({ program: "" });
  onTestFinished(() => project.close());
  const { line } = await newKey();
  withStore(project, (store) => {
    for (const name of ["web-1", "web-2", "db-1"]) store.import(LOCAL_REGION, { name, publicKey: line });
  });
  const store = ["--keypair:backend", "local", "--keypair:path", project.path(".keypair/local.sqlite")];
  const list = ["do", "--package", pluginPath(), "keypair:KeyPair", "list", ...store];
  expect(JSON.parse((await project.pulumi([...list, "--name-regex", "^web"])).output)).toEqual([
    { id: "web-1", name: "web-1" },
    { id: "web-2", name: "web-2" },
  ]);
});
