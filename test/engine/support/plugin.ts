import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { type EngineProject, engineProject, type ProjectOptions } from "./project";

const ROOT = resolve(__dirname, "../../..");

/** What a program sees of the plugin without a generated SDK. `KeyPair` of the prelude is the dynamic resource. */
const PRELUDE = `
  const OUTPUTS = ["keyPairName", "publicKey", "fingerprint", "fingerprintSha256", "privateKey", "privateKeyOpenssh",
    "privateKeyPem", "backend", "region"];
  class PluginKeyPair extends pulumi.CustomResource {
    constructor(name, args = {}, opts = {}) {
      const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
      super("keypair:index:KeyPair", name, { ...outputs, ...args }, opts);
    }
  }
  class Provider extends pulumi.ProviderResource {
    constructor(name, args, opts) { super("keypair", name, args, opts); }
  }
`;

/** The plugin's folder in the package. */
export function pluginFolder(): string {
  return join(inject("packageFolder"), "plugin");
}

/** Its executable, as npm links it where the package is installed. */
export function pluginPath(): string {
  return join(pluginFolder(), "pulumi-resource-keypair");
}

/**
 * How the plugin's process is started: by the engine, or by a language host (`runtime: nodejs` in PulumiPlugin.yaml). The host of
 * this machine cannot do that, so a script of the tests stands in for it.
 */
export type PluginStart = "executable" | "runtime";

/** A project whose programs use the plugin: `PluginKeyPair` and `Provider` are there. */
export async function pluginProject({ program, ...options }: ProjectOptions): Promise<EngineProject> {
  const project = await engineProject({ program: PRELUDE + program, ...options });
  usePlugin(project);
  return project;
}

/** The classes of both fronts, in the program of such a project. */
export const CLASSES = { dynamic: "KeyPair", plugin: "PluginKeyPair" };

/** The two fronts, as a program imports them. */
export const FRONTS = ["pulumi-keypair", "pulumi-keypair/plugin"] as const;
export type Front = (typeof FRONTS)[number];

/** A project whose program takes its classes from this front. */
export async function frontProject(front: Front, options: ProjectOptions): Promise<EngineProject> {
  const project = await engineProject(options);
  if (front === "pulumi-keypair/plugin") usePlugin(project);
  return project;
}

/** Gives the plugin to the project's engine. */
export function usePlugin(project: EngineProject, start: PluginStart = "executable"): void {
  const executable = project.path("bin/pulumi-resource-keypair");
  mkdirSync(project.path("bin"));
  chmodSync(pluginPath(), 0o755);
  if (start === "executable") symlinkSync(pluginPath(), executable);
  else writeFileSync(executable, languageHost(), { mode: 0o755 });
  project.projectFile("plugins:\n  providers:\n    - { name: keypair, path: ./bin }\n");
}

/** Has the project take programs in TypeScript, which others do without, and gives its engine the plugin. */
export function useTypeScript(project: EngineProject): void {
  const plugin = `plugins:\n  providers:\n    - { name: keypair, path: ${pluginFolder()} }\n`;
  project.write("Pulumi.yaml", `name: test\nruntime: nodejs\n${plugin}`);
}

/** The program that Pulumi's language host for Node runs for a plugin; its argument is the plugin's folder. */
export const RUN_PLUGIN = join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-plugin");

/**
 * Starts the plugin as Pulumi's language host does: without a standard input, and in a process group of its own, which no signal
 * reaches. When the engine is done with it, it is killed at once. An engine that dies takes the host along, but not the plugin.
 */
function languageHost(): string {
  return `#!/usr/bin/env node
    const plugin = require("node:child_process").spawn(
      process.execPath,
      [${JSON.stringify(RUN_PLUGIN)}, ${JSON.stringify(pluginFolder())}, ...process.argv.slice(2)],
      { stdio: ["ignore", "inherit", "inherit"], detached: true },
    );
    plugin.on("exit", () => process.exit());
    process.on("SIGINT", () => plugin.kill("SIGKILL"));
    process.stdin.on("end", () => process.exit()).resume();
  `;
}

/** Replaces the program of such a project. */
export function pluginProgram(project: EngineProject, source: string): void {
  project.program(PRELUDE + source);
}
