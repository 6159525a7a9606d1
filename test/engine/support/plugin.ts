import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type EngineProject, engineProject, type ProjectOptions } from "./project";

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

/** A project whose programs use the plugin: `PluginKeyPair` and `Provider` are there. */
export async function pluginProject({ program, ...options }: ProjectOptions): Promise<EngineProject> {
  const project = await engineProject({ program: PRELUDE + program, ...options });
  addPlugin(project);
  return project;
}

/** Makes the plugin known to the project, which any program can then use. */
export function addPlugin(project: EngineProject): void {
  mkdirSync(project.path("bin"));
  chmodSync(pluginPath(), 0o755);
  symlinkSync(pluginPath(), project.path("bin/pulumi-resource-keypair"));
  project.write(
    "Pulumi.yaml",
    "name: test\nruntime: nodejs\nplugins:\n  providers:\n    - { name: keypair, path: ./bin }\n",
  );
}

/** Replaces the program of such a project. */
export function pluginProgram(project: EngineProject, source: string): void {
  project.program(PRELUDE + source);
}
