import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../provider/keys";
import { type EcsProject, ecsProject } from "./support/alibaba";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { needlesOf, searchEverywhere } from "./support/leaks";
import { usePlugin } from "./support/plugin";
import type { Run } from "./support/run";
import { pairsInState } from "./support/sets";
import { step } from "./support/step";

const REGIONS = ["cn-hangzhou", "eu-central-1", "us-west-1"];

/** The two fronts, and what only one of them says. */
const FRONTS = {
  dynamic: 'const { KeyPairSet } = require("pulumi-keypair");\n',
  plugin: 'const { KeyPairSet } = require("pulumi-keypair/plugin");\n',
};

/** A whole life is many runs of the engine. */
const TIMEOUT_MS = 900_000;

it.each(["dynamic", "plugin"] as const)(
  "a team in three regions of ECS, in the %s front",
  { timeout: TIMEOUT_MS },
  async (front) => {
    const [anna, bert, otherBert, carla] = await Promise.all([newKey(), newKey(), newKey(), newKey()]);
    const program = (more: object, outputs = "") => `
    ${FRONTS[front]}
    const team = new KeyPairSet("team", {
      publicKeyFolder: "keys",
      created: ["ci"],
      regions: ${literal(REGIONS)},
      tags: { team: "ops" },
      connection: { endpoint: process.env.ECS_ENDPOINT },
      ...${literal(more)},
    });
    module.exports = { names: team.keyPairNames, privateKeys: team.privateKeys,
      anna: team.keyPairName("anna", "eu-central-1"), ${outputs} };`;
    const ecs: EcsProject = await ecsProject({ program: program({}) });
    onTestFinished(() => ecs.close());
    const { project, emulator } = ecs;
    if (front === "plugin") usePlugin(project);
    mkdirSync(project.path("keys"));
    const keyFile = (name: string, text: string) => writeFileSync(project.path(`keys/${name}`), text);
    keyFile("anna.pub", `${anna.line} anna@laptop\n`);
    keyFile("bert.txt", bert.rfc4716);
    keyFile(".gitignore", "*.pem\n");
    const said = (run: Run) =>
      run.diagnostics.filter(({ resource }) => resource === "team").map(({ message }) => message);
    const namesIn = (region: string) => ecs.names(region);

    await step("preview calls nothing and knows the names", async () => {
      const run = await project.preview();
      expect(run.changes).toMatchObject({ create: 2 });
      expect(run.output).toMatch(/anna *: "team-anna"/);
      expect(run.errors()).toEqual([]);
      expect(emulator.count()).toBe(0);
    });

    await step("up makes each pair in each region, the created one once", async () => {
      const run = await project.up();
      expect(run.errors()).toEqual([]);
      for (const region of REGIONS) expect(namesIn(region)).toEqual(["team-anna", "team-bert", "team-ci"]);
      expect(emulator.count("CreateKeyPair")).toBe(0);
      expect(emulator.count("ImportKeyPair")).toBe(9);
      const { privateKeys, anna: name } = await project.outputs();
      expect(name).toBe("team-anna");
      const made = publicKeyOfPrivateKey((privateKeys as Record<string, string>)["ci"] ?? "");
      expect(project.resource("team").outputs?.["privateKeys"]).toEqual(SECRET);
      for (const region of REGIONS) {
        const pair = emulator.store.find(region, "team-ci");
        expect(fingerprintSha256(readPublicKey(pair?.publicKey ?? ""))).toBe(fingerprintSha256(made));
        expect(pair?.tags).toEqual({ team: "ops" });
      }
    });

    await step("up again makes no call", async () => {
      const before = emulator.count();
      expect((await project.up()).changes).toEqual({ same: 2 });
      expect(emulator.count()).toBe(before);
    });

    await step("refresh reads one listing a region, and sees no change", async () => {
      const before = emulator.count("DescribeKeyPairs");
      expect((await project.refresh()).changes).toEqual({ same: 2 });
      expect(emulator.count("DescribeKeyPairs") - before).toBe(3);
    });

    await step("members come, change and leave: their pairs change, and no others", async () => {
      keyFile("carla.pub", carla.line);
      keyFile("bert.txt", otherBert.pem);
      rmSync(project.path("keys/anna.pub"));
      project.program(program({}).replace('"anna", "eu-central-1"', '"carla", "eu-central-1"'));
      const preview = await project.preview({ flags: ["--diff"] });
      expect(said(preview)).toContain("add carla in 3 regions; bert: another key in 3 regions; remove anna");
      // By member and region; ci is not touched.
      if (front === "plugin") {
        expect(preview.output).toMatch(/~ bert *: \{\s+~ cn-hangzhou *: \{\s+~ fingerprintSha256: "SHA256:/);
        expect(preview.output).toMatch(/\+ carla *: \{\s+\+ cn-hangzhou *: \{/);
        expect(preview.output).toMatch(/- anna *: \{\s+- cn-hangzhou *: \{/);
        expect(preview.output).not.toMatch(/[-+~] ci *:/);
      }
      const before = emulator.calls.length;
      const run = await project.up();
      expect(run.ops("team")).toEqual(["update"]);
      const changed = emulator.calls.slice(before).filter(({ action }) => action !== "DescribeKeyPairs");
      expect(changed.flatMap(({ names }) => names)).not.toContain("team-ci");
      for (const region of REGIONS) {
        expect(namesIn(region)).toEqual(["team-bert", "team-carla", "team-ci"]);
        expect(emulator.store.find(region, "team-bert")?.publicKey).toBe(otherBert.line);
      }
      expect((await project.up()).changes).toEqual({ same: 2 });
    });

    await step("drift is seen by member, and up mends only that", async () => {
      emulator.store.deleteMany("eu-central-1", ["team-carla"]);
      emulator.store.tag("us-west-1", ["team-bert"], { team: "somebody's" });
      const privateKeys = (await project.outputs())["privateKeys"];
      await project.refresh();
      expect(pairsInState(project)).not.toContain("carla/eu-central-1 team-carla");
      project.program(
        program({ tagChanges: "update" }).replace('"anna", "eu-central-1"', '"carla", "us-west-1"'),
      );
      expect(said(await project.preview())).toContain(
        "add carla in eu-central-1; bert: other tags in us-west-1",
      );
      const before = emulator.calls.length;
      await project.up();
      const writes = emulator.calls.slice(before).filter(({ action }) => !/Describe|Caller/.test(action));
      expect(writes.map(({ action, region, names }) => `${action} ${region} ${names}`).sort()).toEqual([
        "ImportKeyPair eu-central-1 team-carla",
        "TagResources us-west-1 team-bert",
      ]);
      expect((await project.outputs())["privateKeys"]).toEqual(privateKeys);
    });

    await step("another prefix makes the new pairs first; the created member keeps its key", async () => {
      const before = (await project.outputs())["privateKeys"];
      project.program(
        program({ keyPairNamePrefix: "crew-", tagChanges: "update" }).replace(
          '"anna", "eu-central-1"',
          '"carla", "us-west-1"',
        ),
      );
      const from = emulator.calls.length;
      await project.up();
      const writes = emulator.calls.slice(from).filter(({ action }) => /Import|Delete/.test(action));
      const lastImport = writes.findLastIndex(({ action }) => action === "ImportKeyPair");
      expect(writes.findIndex(({ action }) => action === "DeleteKeyPairs")).toBeGreaterThan(lastImport);
      for (const region of REGIONS) expect(namesIn(region)).toEqual(["crew-bert", "crew-carla", "crew-ci"]);
      expect((await project.outputs())["privateKeys"]).toEqual(before);
    });

    await step("rotating the created member warns", async () => {
      project.program(
        program({
          keyPairNamePrefix: "crew-",
          tagChanges: "update",
          keyGeneration: { source: "local", type: "ed25519" },
        }).replace('"anna", "eu-central-1"', '"carla", "us-west-1"'),
      );
      const preview = await project.preview();
      expect(preview.warnings("team")).toEqual([
        expect.stringContaining("ci gets a new key (keyGeneration), which rotates its private key SHA256:"),
      ]);
    });

    await step("no private key is anywhere in clear", async () => {
      const { privateKeys } = await project.outputs();
      const text = (privateKeys as Record<string, string>)["ci"] ?? "";
      const publicLine = emulator.store.find("us-west-1", "crew-ci")?.publicKey ?? "";
      const { output } = await project.pulumi(["stack", "export"]);
      expect(searchEverywhere(project.folder, needlesOf(text, publicLine))).toEqual([]);
      expect(needlesOf(text, publicLine).filter((needle) => output.includes(needle))).toEqual([]);
    });

    await step("destroy takes one listing and one deletion a region", async () => {
      const before = emulator.calls.length;
      await project.destroy();
      const calls = emulator.calls
        .slice(before)
        .map(({ action }) => action)
        .sort();
      expect(calls.filter((action) => action !== "GetCallerIdentity")).toEqual([
        ...Array(3).fill("DeleteKeyPairs"),
        ...Array(3).fill("DescribeKeyPairs"),
      ]);
      for (const region of REGIONS) expect(namesIn(region)).toEqual([]);
      expect(project.resources()).toEqual([]);
    });
  },
);

it("all problems of all members are told at once, in the preview", async () => {
  const key = await newKey();
  const ecs = await ecsProject({
    program: `
      ${FRONTS.dynamic}
      new KeyPairSet("team", {
        publicKeyFolder: "keys",
        publicKeys: { anna: ${literal(key.line)}, dora: "no key", emil: process.env.NOT_SET, "1 2": ${literal(key.line)} },
        created: ["ci"],
        savePrivateKeys: false,
        tags: { "acs:a": "1" },
      });`,
  });
  onTestFinished(() => ecs.close());
  const { project } = ecs;
  mkdirSync(project.path("keys"));
  writeFileSync(project.path("keys/anna.pub"), key.line);
  writeFileSync(project.path("keys/README.md"), "our keys\n");
  writeFileSync(project.path("keys/.hidden"), "not read\n");
  writeFileSync(project.path("keys/ops.pem"), key.privateKey);
  const run = await project.preview({ fails: true });
  const errors = run.errors("team").map((message) => message.split(": ")[1]);
  expect(errors.sort()).toEqual([
    "README.md",
    "anna.pub",
    "publicKeys.1 2",
    "publicKeys.dora",
    "publicKeys.emil",
    "savePrivateKeys",
    "tags",
  ]);
  expect(searchEverywhere(project.folder, needlesOf(key.privateKey, key.line), ["keys"])).toEqual([]);
  expect(ecs.emulator.count()).toBe(0);
});
