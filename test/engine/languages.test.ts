import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { run } from "../../scripts/engine/run.mts";
import { python } from "../support/openstack/openstack";
import { credentials, ecsProject } from "./support/alibaba";
import { cli } from "./support/cli";
import { ecsWithPairs } from "./support/existing";
import { SECRET } from "./support/expected";
import { newKey } from "./support/keys";
import { has, makeSdk, pythonEnvironment, pythonHost } from "./support/languages";
import { findInText, needlesOf, searchEverywhere } from "./support/leaks";
import { pairs } from "./support/localStore";
import { pluginFolder, pluginProject } from "./support/plugin";
import { step } from "./support/step";

/* The SDKs that are made from schema.json, with real compilers and the real engine. For Java and .NET: docs/languages.md. */

const ROOT = join(__dirname, "../..");
/** The examples of the schema. */
const EXAMPLES = join(ROOT, "docs/examples");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-languages-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!has("go") || python === undefined)("Python", () => {
  let host: string;
  let virtualenv: string;
  beforeAll(async () => {
    host = await pythonHost();
    virtualenv = join(folder, "venv");
    await makeSdk("python", join(folder, "python"));
    await pythonEnvironment(virtualenv, join(folder, "python"), "mypy");
  });

  const environment = () => ({
    PATH: [join(virtualenv, "bin"), host, pathOfEngine()].join(delimiter),
    ...credentials(),
  });
  const projectFile = () =>
    `name: test\nruntime:\n  name: python\n  options: { virtualenv: ${virtualenv} }\n` +
    `plugins:\n  providers:\n    - { name: keypair, path: ${pluginFolder()} }\n`;
  const checkTypes = async (...programs: string[]) => {
    const checked = await run(join(virtualenv, "bin/mypy"), ["--strict", ...programs]);
    expect(checked.join("\n")).toContain("no issues found");
  };

  it("the examples of the schema are well typed", async () => {
    const programs = readdirSync(EXAMPLES).map((example) => {
      const program = join(folder, `${example.replaceAll("-", "_")}.py`);
      cpSync(join(EXAMPLES, example, "__main__.py"), program);
      return program;
    });
    await checkTypes(...programs);
  });

  it("the program of `pulumi-keypair adopt` is well typed, and takes 19 pairs over", async () => {
    const ecs = await ecsWithPairs({ env: environment() });
    onTestFinished(() => ecs.close());
    const { project } = ecs;
    const before = ecs.all();
    expect((await cli(project, "adopt", ...ecs.everywhere, "--language", "python")).exitCode).toBe(3);
    await checkTypes(project.path("adopted.py"));
    project.write("Pulumi.yaml", projectFile());
    project.write("__main__.py", "import adopted\n");
    expect((await project.up()).changes).toEqual({ create: 20 });
    expect((await project.preview()).changes).toEqual({ same: 20 });
    expect(ecs.all()).toEqual(before);
  });

  it("the example is well typed, and runs from the first up to destroy on the emulator of ECS", async () => {
    const program = join(ROOT, "examples/python/__main__.py");
    await checkTypes(program);

    const ecs = await ecsProject({ env: environment() });
    onTestFinished(() => ecs.close());
    const { project } = ecs;
    const { line } = await newKey();
    project.write("deploy.pub", `${line}\n`);
    cpSync(program, project.path("__main__.py"));
    project.write("Pulumi.yaml", projectFile());
    let privateKey = "";

    await step("up", async () => {
      const first = await project.up();
      expect(first.output).toMatch(/private_key *: \[secret\]/);
      const outputs = await project.outputs();
      expect(outputs["names"]).toEqual([
        expect.stringMatching(/^deploy-[0-9a-f]{7}$/),
        expect.stringMatching(/^bastion-[0-9a-f]{7}$/),
      ]);
      privateKey = String(outputs["private_key"]);
      expect(project.resource("bastion").outputs).toMatchObject({
        privateKey: SECRET,
        privateKeyPem: SECRET,
      });
      const needles = needlesOf(privateKey, String(project.resource("bastion").outputs?.["publicKey"]));
      expect(findInText("output", first.output, needles)).toEqual([]);
      // Not in tmp/, which has the event log: Pulumi's SDK for Python writes a stack's outputs into debug messages.
      expect(searchEverywhere(project.folder, needles, ["node_modules", "tmp"])).toEqual([]);
    });
    await step("no change, and refresh", async () => {
      expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
    });
    await step("a replacement", async () => {
      project.write("deploy.pub", `${(await newKey()).line}\n`);
      const run = await project.up();
      expect(run.ops("deploy")).toContain("replace");
      expect(run.ops("bastion")).toEqual(["same"]);
      expect(await ecs.mismatches()).toEqual([]);
    });
    await step("destroy", async () => {
      await project.destroy();
      expect(ecs.names()).toEqual([]);
    });
  });
});

describe.skipIf(!has("go"))("Node", () => {
  it("compiles, and its program runs", async () => {
    const sdk = join(folder, "nodejs");
    await makeSdk("nodejs", sdk);
    symlinkSync(join(ROOT, "node_modules"), join(sdk, "node_modules"), "dir");
    await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", sdk]);
    cpSync(join(sdk, "package.json"), join(sdk, "bin/package.json"));
    const project = await pluginProject({
      program: `
        const keypair = require(${JSON.stringify(join(sdk, "bin"))});
        const config = require(${JSON.stringify(join(sdk, "bin/config"))});
        const web = new keypair.KeyPair("web", { keyGeneration: { source: keypair.KeySource.Local, type: keypair.GeneratedKeyType.ED25519 } });
        exports.backend = config.backend;
        exports.keyType = web.keyType;
        exports.privateKey = web.privateKey;`,
    });
    onTestFinished(() => project.close());
    const up = await project.up();
    expect(up.output).toMatch(/privateKey *: \[secret\]/);
    expect(await project.outputs()).toMatchObject({ backend: "local", keyType: "ssh-ed25519" });
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });
});

describe.skipIf(!has("go"))("Go", () => {
  const options = { timeout: 900_000 };
  it("builds with its own go.mod, and so do the examples of the schema", options, async () => {
    const sdk = join(folder, "go");
    await makeSdk("go", sdk);
    for (const example of readdirSync(EXAMPLES)) {
      mkdirSync(join(sdk, example));
      cpSync(join(EXAMPLES, example, "main.go"), join(sdk, example, "main.go"));
    }
    // There is no language host for Go here that could run it. The first time on a machine, this compiles Pulumi's SDK.
    await run("go", ["build", "./..."], { cwd: sdk, env: { ...process.env, GOWORK: "off" } });
  });
});

/** As the projects of the tests have it. */
function pathOfEngine(): string {
  return [inject("engine").binDir, dirname(process.execPath), process.env["PATH"]].join(delimiter);
}
