import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { pairs } from "./support/localStore";
import { engineProject } from "./support/project";
import { pairsInState, WITH_SETS } from "./support/sets";
import { step } from "./support/step";

/* Key pairs of the local store, as single resources and in a set. */

it("single key pairs move into a set and back, and the cloud is not touched", async () => {
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

it("a set in three regions of the local store, whose created member is kept in a file only", async () => {
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
