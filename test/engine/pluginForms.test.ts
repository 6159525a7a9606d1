import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { pairs } from "./support/localStore";
import { pluginFolder, pluginProject, RUN_PLUGIN } from "./support/plugin";
import type { EngineProject } from "./support/project";

/* Each way in which a user gives the plugin to the engine, and each form that it has. */

const run = promisify(execFile);
const ROOT = join(__dirname, "../..");
const EXECUTABLE = "pulumi-resource-keypair";

let folder: string;
/** The folder of the package, where no package of npm is beside it or above it. */
let plain: string;
let archive: string;
let version: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keypair-plugin-forms-"));
  plain = join(folder, "plain");
  cpSync(pluginFolder(), plain, { recursive: true });
  version = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;
  const { stdout } = await run(process.execPath, [join(ROOT, "scripts/archive.mts")], { cwd: ROOT });
  archive = join(ROOT, stdout.trim().split("\n").at(-1) ?? "");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What the user does in each form, in a project that does not know the plugin yet. */
const FORMS: [form: string, use: (project: EngineProject) => Promise<void>][] = [
  [
    "plugins.providers in Pulumi.yaml",
    async (project) => {
      project.projectFile(`plugins:\n  providers:\n    - { name: keypair, path: ${plain} }\n`);
    },
  ],
  [
    "packages in Pulumi.yaml",
    async (project) => {
      // A folder with the executable alone: one with PulumiPlugin.yaml needs a language host that runs plugins.
      mkdirSync(project.path("bin"));
      symlinkSync(join(plain, EXECUTABLE), project.path(`bin/${EXECUTABLE}`));
      project.projectFile("packages:\n  keypair: ./bin\n");
    },
  ],
  [
    "plugin install of the folder",
    async (project) => {
      project.projectFile();
      await project.pulumi(["plugin", "install", "resource", "keypair", version, "--file", plain]);
    },
  ],
  [
    "plugin install of the archive",
    async (project) => {
      project.projectFile();
      await project.pulumi(["plugin", "install", "resource", "keypair", version, "--file", archive]);
    },
  ],
];

describe("the engine takes the plugin", () => {
  it.each(FORMS)("by %s", async (_form, use) => {
    const { line } = await newKey();
    const program = `new PluginKeyPair("web", { publicKeyBody: ${literal(line)} }, { version: ${literal(version)} });`;
    const project = await pluginProject({ program });
    onTestFinished(() => project.close());
    rmSync(project.path("bin"), { recursive: true });
    await use(project);
    expect((await project.up()).ops("web")).toEqual(["create"]);
    expect(pairs(project)).toHaveLength(1);
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });

  it("by PATH", async () => {
    const project = await pluginProject({ program: `new PluginKeyPair("web");` });
    onTestFinished(() => project.close());
    rmSync(project.path("bin"), { recursive: true });
    project.projectFile();
    const path = [plain, inject("engine").binDir, dirname(process.execPath), process.env["PATH"]];
    const env = { PATH: path.join(delimiter) };
    expect((await project.up({ env })).ops("web")).toEqual(["create"]);
    await project.destroy({ env });
  });
});

describe("the schema", () => {
  it("comes from the folder's executable and from the archive as it is published", async () => {
    const published = JSON.parse(readFileSync(join(ROOT, "schema.json"), "utf8"));
    const project = await pluginProject({ program: "" });
    onTestFinished(() => project.close());
    await project.pulumi(["plugin", "install", "resource", "keypair", version, "--file", archive]);
    for (const plugin of [join(plain, EXECUTABLE), `keypair@${version}`]) {
      const { output } = await project.pulumi(["package", "get-schema", plugin]);
      // The CLI prints it in an order of its own.
      expect(JSON.parse(output)).toEqual(published);
    }
  });
});

describe("started alone", () => {
  it("the archive's executable needs no Node on the machine", async () => {
    await run("tar", ["-xzf", archive, "-C", folder]);
    const { stdout } = await run(join(folder, EXECUTABLE), ["--version"], { env: { PATH: folder } });
    expect(stdout).toBe(`${version}\n`);
  });

  it("the folder needs nothing that npm has to fetch", async () => {
    const copy = join(folder, "installed");
    cpSync(plain, copy, { recursive: true });
    const npm = join(dirname(process.execPath), "npm");
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund"], { cwd: copy }).catch((error) => {
      throw new Error(`${npm}: ${error.stderr}`);
    });
    // Without this folder, Pulumi says that the installation failed.
    expect(
      readFileSync(join(copy, "node_modules/pulumi-resource-keypair-bundle/package.json"), "utf8"),
    ).toContain("pulumi-resource-keypair-bundle");
  });

  /** What Pulumi's language host runs for `runtime: nodejs` in PulumiPlugin.yaml, without a standard input. */
  it("as a language host starts it, serves, and ends with its engine", async () => {
    const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, [RUN_PLUGIN, plain, address], {
      cwd: plain,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    const [port] = await once(child.stdout, "data");
    expect(String(port)).toMatch(/^\d+\n$/);
    engine.close();
    expect(await ended).toEqual([1, null]);
  });
});
