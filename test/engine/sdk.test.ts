import { cpSync, renameSync } from "node:fs";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pairs } from "./support/localStore";
import { type EngineProject, engineProject } from "./support/project";

let project: EngineProject;
beforeEach(async () => {
  project = await engineProject({ program: "" });
});
afterEach(() => project.close());

const names = () => pairs(project).map(({ name }) => name);

it("an automatic name and warnings belong to the resource, whatever its parent is called", async () => {
  const program = (team: string) => `
    class Comp extends pulumi.ComponentResource {
      constructor(name) {
        super("test:index:Comp", name);
        new KeyPair("k", { tags: { team: "${team}" } }, { parent: this });
      }
    }
    new Comp("eu::web");`;
  project.program(program("ops"));
  await project.up();
  expect(names()).toEqual([expect.stringMatching(/^k-[0-9a-f]{7}$/)]);
  expect((await project.up()).changes).toEqual({ same: 3 });
  project.program(program("dev"));
  const { diagnostics } = await project.preview();
  const { urn } = project.resource("k");
  expect(urn).toContain("test:index:Comp$");
  expect(diagnostics).toEqual([expect.objectContaining({ urn, severity: "warning" })]);
});

describe("mistakes that only the SDK sees", () => {
  const program = `
    new KeyPair("unset", { publicKeyBody: process.env.NOT_SET });
    new KeyPair("unset-later", { publicKeyFile: pulumi.output(undefined) });
    new KeyPair("function", { publicKeyBody: () => "ssh-ed25519 AAAA" });
    new KeyPair("output", { publicKey: "ssh-ed25519 AAAA", tags: 7 });
    new KeyPair("imported", {}, { import: "deploy" });`;
  const problems: Record<string, string[]> = {
    unset: ["publicKeyBody: is given, but has no value"],
    "unset-later": ["publicKeyFile: is given, but has no value"],
    function: ["publicKeyBody: must not be a function"],
    output: [
      "publicKey: there is no such argument: it is an output. Did you mean publicKeyBody?",
      "tags: must be",
    ],
    imported: ["import: this option needs the plugin"],
  };

  it("are all reported by one preview, each once and at its resource", async () => {
    project.program(program);
    const run = await project.preview({ fails: true });
    for (const [resource, reasons] of Object.entries(problems)) {
      const errors = run.errors(resource);
      expect([resource, errors]).toEqual([
        resource,
        reasons.map((reason) => expect.stringContaining(reason)),
      ]);
    }
  });

  it.each(Object.keys(problems))("make no pair in an update: %s", async (resource) => {
    const line = program.split("\n").find((each) => each.includes(`"${resource}"`));
    project.program(line ?? "");
    const run = await project.up({ fails: true });
    for (const reason of problems[resource] ?? []) expect(run.output).toContain(reason);
    expect(names()).toEqual([]);
  });
});

it("time-outs that have no effect are warned of", async () => {
  project.program(`new KeyPair("web", {}, { customTimeouts: { create: "1m" } });`);
  const run = await project.up();
  expect(run.warnings("web")).toEqual([expect.stringContaining("Set keypair:timeoutSeconds")]);
});

describe("look-ups", () => {
  const program = `
    const { getKeyPair, getKeyPairs, getKeyPairOutput } = require("pulumi-keypair");
    const pair = new KeyPair("web", { keyPairName: "web" });
    const found = getKeyPairOutput({ keyPairName: "web" }, { dependsOn: [pair] });
    exports.made = pair.fingerprint;
    exports.found = found.fingerprint;
    exports.all = getKeyPairs().then(({ keyPairNames }) => keyPairNames.join());`;

  it("wait for what they depend on", async () => {
    project.program(program);
    await project.preview();
    await project.up();
    const { made, found } = await project.outputs();
    expect(found).toBe(made);
  });

  it.each(["beside the bundle", "inside of it"])(
    "run in a bundled program, the package %s",
    async (where) => {
      project.program(program);
      const external = ["@pulumi/pulumi", ...(where === "inside of it" ? [] : ["pulumi-keypair"])];
      const outfile = project.path("dist/index.js");
      const { warnings } = await build({
        entryPoints: [project.path("index.js")],
        outfile,
        bundle: true,
        platform: "node",
        format: "cjs",
        external,
        logLevel: "silent",
      });
      expect(warnings).toEqual([]);
      cpSync(outfile, project.path("index.js"));
      await project.up();
      // What the first run made is what this one finds.
      await project.up();
      const { made, found, all } = await project.outputs();
      expect([found, all]).toEqual([made, "web"]);
    },
  );

  it("in a bundle know all clouds", async () => {
    project.write(
      "clouds.yaml",
      "clouds: { x: { auth_type: token, auth: { auth_url: 'http://127.0.0.1:1', token: t } } }",
    );
    project.program(`
      const { getKeyPair } = require("pulumi-keypair");
      const failure = (connection) =>
        getKeyPair({ keyPairName: "web", connection }).then(() => "found", ({ message }) => message);
      exports.openstack = failure({ backend: "openstack", cloud: "x" });
      exports.alibaba = failure({ backend: "alibaba", region: "cn-hangzhou", endpoint: "http://127.0.0.1:1" });`);
    const outfile = project.path("dist/index.js");
    await build({
      entryPoints: [project.path("index.js")],
      outfile,
      bundle: true,
      platform: "node",
      external: ["@pulumi/pulumi"],
    });
    cpSync(outfile, project.path("index.js"));
    await project.configure({ "keypair:timeoutSeconds": "3" });
    await project.up({
      env: { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" },
    });
    expect(await project.outputs()).toEqual({
      openstack: expect.stringContaining("127.0.0.1:1"),
      alibaba: expect.stringContaining("127.0.0.1:1"),
    });
  });
});

describe("where the package is", () => {
  it("only in a component library: the program is told what to do, before the engine fails", async () => {
    renameSync(project.path("node_modules/pulumi-keypair"), project.path("node_modules/moved"));
    project.write(
      "node_modules/library/index.js",
      `exports.Pair = class extends require("../moved").KeyPair {};`,
    );
    project.write("index.js", `const { Pair } = require("library"); new Pair("web");`);
    const run = await project.preview({ fails: true });
    expect(run.errors()).toEqual([
      expect.stringMatching(/^the package pulumi-keypair is not installed in .*npm install pulumi-keypair/),
    ]);
  });

  it("above the program, which Pulumi.yaml names as main", async () => {
    project.projectFile("main: src/\n");
    project.program(`new KeyPair("web");`);
    cpSync(project.path("index.js"), project.path("src/index.js"));
    await project.up();
    expect(project.resource("web").id).toMatch(/^web-/);
    await project.destroy();
  });
});
