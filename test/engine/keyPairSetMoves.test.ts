import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { frontProject } from "./support/plugin";
import { engineProject } from "./support/project";
import { pairsInState, WITH_SETS } from "./support/sets";
import { step } from "./support/step";

/* Key pairs of the local store, as single resources and in a set. */

it.concurrent("single key pairs move into a set and back, and the cloud is not touched", async ({
  onTestFinished,
}) => {
  const [anna, dora] = await Promise.all([newKey(), newKey()]);
  const single = (name: string, line: string, more = "") =>
    `new KeyPair(${literal(name)}, { keyPairName: "team-${name}", publicKeyBody: ${literal(line)}, tags: { of: "it" }, ${more} });`;
  const singles = `
    ${single("anna", anna.line)}
    ${single("dora", dora.line)}
    new KeyPair("ci", { keyPairName: "team-ci", privateKeyFile: "keys/ci.pem", tags: { of: "it" } });`;
  const project = await engineProject({ program: singles });
  onTestFinished(() => project.close());
  mkdirSync(project.path("keys"));
  await project.up();
  const before = pairs(project);
  const privateKey = project.read("keys/ci.pem");
  expect(before).toHaveLength(3);

  await step("into the set", async () => {
    project.program(`${WITH_SETS}
      const team = new KeyPairSet("team", {
        publicKeys: ${literal({ anna: anna.line, dora: dora.line })}, created: ["ci"], privateKeyFolder: "keys",
        tags: { of: "it" }, onExisting: "adopt",
      });
      module.exports = { privateKeys: team.privateKeys };`);
    await project.up();
    expect(pairs(project)).toEqual(before);
    expect(pairsInState(project)).toEqual([
      "anna/local team-anna",
      "ci/local team-ci",
      "dora/local team-dora",
    ]);
    expect((await project.outputs())["privateKeys"]).toEqual({ ci: privateKey });
    expect((await project.up()).changes).toEqual({ same: 2 });
  });

  await step("and one of them back", async () => {
    project.program(`${WITH_SETS}
      const dora = ${single("dora", dora.line, 'onExisting: "adopt"')}
      new KeyPairSet("team", {
        publicKeys: ${literal({ anna: anna.line })}, created: ["ci"], privateKeyFolder: "keys",
        tags: { of: "it" }, onExisting: "adopt",
      }, { dependsOn: [dora] });`);
    const run = await project.up();
    expect(run.warnings("team")).toEqual([expect.stringContaining('key pair "team-dora"')]);
    expect(pairs(project)).toEqual(before);
    expect(pairsInState(project)).toEqual(["anna/local team-anna", "ci/local team-ci"]);
    expect((await project.up()).changes).toEqual({ same: 3 });
  });
});

it.concurrent("a move that takes two runs, because another resource fails in the first, loses no pair", async ({
  onTestFinished,
}) => {
  const [anna, dora, anothers] = await Promise.all([newKey(), newKey(), newKey()]);
  const single = (name: string, line: string, more = "") =>
    `new KeyPair(${literal(name)}, { keyPairName: "team-${name}", publicKeyBody: ${literal(line)}, ${more} });`;
  const set = (members: object, more = "") =>
    `const team = new KeyPairSet("team", { publicKeys: ${literal(members)}, onExisting: "adopt" }, { ${more} });`;
  const fails = (after: string) =>
    `const fails = new KeyPair("fails", { keyPairName: "taken" }, { dependsOn: [${after}] });`;
  const project = await engineProject({
    program: `${single("anna", anna.line)}\n${single("dora", dora.line)}`,
  });
  onTestFinished(() => project.close());
  await project.up();
  withStore(project, (store) => store.import(LOCAL_REGION, { name: "taken", publicKey: anothers.line }));
  const before = pairs(project);
  expect(before).toHaveLength(3);

  await step("into a set", async () => {
    const program = WITH_SETS + set({ anna: anna.line, dora: dora.line });
    project.program(`${program}\n${fails("team")}`);
    await project.up({ fails: true });
    expect(project.resources()).toHaveLength(3);
    project.program(program);
    const run = await project.up();
    for (const name of ["anna", "dora"])
      expect(run.warnings(name)).toEqual([
        expect.stringContaining("was left alone: a resource of the program has it"),
      ]);
    expect(pairs(project)).toEqual(before);
    expect((await project.up()).changes).toEqual({ same: 2 });
  });

  await step("and back", async () => {
    const program = (more: string, dependsOn: string) => `${WITH_SETS}
      const dora = ${single("dora", dora.line, 'onExisting: "adopt"')}
      ${more}
      ${set({ anna: anna.line }, `dependsOn: [${dependsOn}]`)}`;
    project.program(program(fails("dora"), "dora, fails"));
    await project.up({ fails: true });
    expect(pairsInState(project)).toHaveLength(2);
    project.program(program("", "dora"));
    const run = await project.up();
    expect(run.warnings("team")).toEqual([expect.stringContaining('key pair "team-dora"')]);
    expect(pairs(project)).toEqual(before);
    expect(pairsInState(project)).toEqual(["anna/local team-anna"]);
    expect((await project.up()).changes).toEqual({ same: 3 });
  });

  await project.destroy();
  expect(pairs(project).map(({ name }) => name)).toEqual(["taken"]);
});

it.concurrent("a set in three regions of the local store, whose created member is kept in a file only", async ({
  onTestFinished,
}) => {
  const anna = await newKey();
  const program = (more: object) => `${WITH_SETS}
    const team = new KeyPairSet("team", {
      publicKeyFolder: "keys", created: ["ci"], privateKeyFolder: ".keys", savePrivateKeys: false,
      regions: ["a", "b", "c"], ...${literal(more)} });
    module.exports = { keyPairs: team.keyPairs, privateKeys: team.privateKeys };`;
  const project = await engineProject({ program: program({}) });
  onTestFinished(() => project.close());
  mkdirSync(project.path("keys"));
  writeFileSync(project.path("keys/anna.pub"), anna.line);

  await project.up();
  for (const region of ["a", "b", "c"])
    expect(
      pairs(project, region)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["team-anna", "team-ci"]);
  expect(existsSync(project.path(".keys/ci.pem"))).toBe(true);
  expect((await project.outputs())["privateKeys"]).toEqual({});
  expect((await project.up()).changes).toEqual({ same: 2 });
  expect((await project.refresh()).changes).toEqual({ same: 2 });

  await step("the private key comes into the state when it is wanted there", async () => {
    project.program(program({ savePrivateKeys: true }));
    await project.up();
    expect((await project.outputs())["privateKeys"]).toEqual({ ci: project.read(".keys/ci.pem") });
  });

  await step("destroy leaves nothing but the file", async () => {
    await project.destroy();
    for (const region of ["a", "b", "c"]) expect(pairs(project, region)).toEqual([]);
    expect(existsSync(project.path(".keys/ci.pem"))).toBe(true);
  });
});

it.concurrent("a set of the plugin in the local store mends what drifted, and moves to another store", async ({
  onTestFinished,
}) => {
  const [anna, bert, other, strangers] = await Promise.all([newKey(), newKey(), newKey(), newKey()]);
  const program = (path: string, annas: string) => `
    const { KeyPairSet } = require("pulumi-keypair/plugin");
    const publicKeys = ${literal({ anna: annas, bert: bert.line })};
    const team = new KeyPairSet("team", { publicKeys, created: ["ci"], connection: { path: "${path}" } });
    module.exports = { privateKeys: team.privateKeys };`;
  const project = await frontProject("pulumi-keypair/plugin", { program: program("old.sqlite", anna.line) });
  onTestFinished(() => project.close());
  const keysIn = (path: string) =>
    Object.fromEntries(pairs(project, LOCAL_REGION, path).map(({ name, publicKey }) => [name, publicKey]));
  await project.up();
  const { privateKeys } = await project.outputs();
  const ci = pairs(project, LOCAL_REGION, "old.sqlite").find(({ name }) => name === "team-ci");

  await step("a lost pair and a changed key: the others are not touched", async () => {
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, ["team-bert"]), "old.sqlite");
    await project.refresh();
    expect(pairsInState(project)).toEqual(["anna/local team-anna", "ci/local team-ci"]);
    project.program(program("old.sqlite", other.line));
    await project.up();
    expect(keysIn("old.sqlite")).toMatchObject({ "team-anna": other.line, "team-bert": bert.line });
    expect(pairs(project, LOCAL_REGION, "old.sqlite")).toContainEqual(ci);
  });

  await step("what another store refuses stays where it is, and the others move", async () => {
    const inTheWay = { name: "team-bert", publicKey: strangers.line };
    withStore(project, (store) => store.import(LOCAL_REGION, inTheWay), "new.sqlite");
    project.program(program("new.sqlite", other.line));
    const run = await project.up({ fails: true });
    expect(run.errors("team").join()).toContain('team-bert: a key pair "team-bert" is there already');
    expect(Object.keys(keysIn("old.sqlite"))).toEqual(["team-bert"]);
    expect(Object.keys(keysIn("new.sqlite")).sort()).toEqual(["team-anna", "team-bert", "team-ci"]);
  });

  await step("it follows, with the same keys for all", async () => {
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, ["team-bert"]), "new.sqlite");
    await project.up();
    expect(keysIn("old.sqlite")).toEqual({});
    const keys = { "team-anna": other.line, "team-bert": bert.line, "team-ci": ci?.publicKey };
    expect(keysIn("new.sqlite")).toEqual(keys);
    expect((await project.outputs())["privateKeys"]).toEqual(privateKeys);
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  });

  await project.destroy();
  expect(keysIn("new.sqlite")).toEqual({});
});
