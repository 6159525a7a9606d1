import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { locateEngine } from "../../../scripts/engine/locate.mts";
import { FASTER } from "./faster";
import { STACK, stackVariables } from "./stack";

declare module "vitest" {
  interface ProvidedContext {
    /** The package as it would be published, built from these sources; a link to it is a workspace link. */
    packageFolder: string;
    engine: { pulumi: string; binDir: string };
    /** Below it, a stack as `pulumi stack init` makes it: each project begins with a copy. */
    stackFolder: string;
  }
}

const ROOT = resolve(__dirname, "../../..");

/**
 * Builds the package once a run, for all of Vitest's projects that have this for their global setup. In a folder of its own: another run at
 * the same time must not build under our feet.
 */
export default function setup({ vitest }: TestProject): (() => void) | undefined {
  const root = vitest.getRootProject();
  if ("packageFolder" in root.getProvidedContext()) return undefined;
  const engine = locateEngine();
  if (!engine) throw new Error("there is no Pulumi CLI for the engine tests: run `npm run engine` first");
  const cache = join(ROOT, ".cache/engine");
  mkdirSync(cache, { recursive: true });
  const packageFolder = mkdtempSync(join(cache, "package-"));
  build(packageFolder);
  keepCompiled(packageFolder);
  const stackFolder = mkdtempSync(join(cache, "stack-"));
  initStack(stackFolder, engine.pulumi);
  root.provide("engine", { pulumi: engine.pulumi, binDir: engine.binDir });
  root.provide("packageFolder", packageFolder);
  root.provide("stackFolder", stackFolder);
  return () => {
    for (const folder of [packageFolder, stackFolder]) rmSync(folder, { recursive: true, force: true });
  };
}

/**
 * Node writes its compile cache when a process exits by itself. The engine kills the dynamic provider, so here it is started once without
 * an engine, and exits at once.
 */
function keepCompiled(packageFolder: string): void {
  const modules = [
    join(packageFolder, "dist/provider/fronts/dynamic"),
    "@pulumi/pulumi/cmd/dynamic-provider",
  ];
  const source = modules.map((module) => `require(${JSON.stringify(module)});`).join("");
  const options = { cwd: ROOT, env: { ...process.env, ...FASTER }, encoding: "utf8" } as const;
  const { stderr } = spawnSync(process.execPath, ["--eval", source], options);
  if (!stderr.includes("Missing <engine> address"))
    throw new Error(`the dynamic provider does not start:\n${stderr}`);
}

/** Once a run, because it takes a command half a second, and hundreds of projects need it. */
function initStack(folder: string, pulumi: string): void {
  mkdirSync(join(folder, "state"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: yaml\n");
  execFileSync(pulumi, ["stack", "init", STACK, "--non-interactive"], {
    cwd: folder,
    // As the projects of the tests: no setting of Pulumi comes from who runs them.
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      PULUMI_HOME: join(folder, "pulumi-home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...stackVariables(join(folder, "state")),
    },
    stdio: "pipe",
  });
}

function build(folder: string): void {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  // Types are checked by a step of their own.
  const flags = ["-p", "tsconfig.build.json", "--noCheck", "--outDir", join(folder, "dist")];
  execFileSync(process.execPath, [tsc, ...flags], { cwd: ROOT, stdio: "inherit" });
  const plugin = join(folder, "plugin");
  cpSync(join(ROOT, "plugin"), plugin, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, "scripts/bundle.mts"), plugin], { stdio: "inherit" });
  const published = ["package.json", "schema.json", "LICENSE", ...globSync("*.md", { cwd: ROOT })];
  for (const file of published.filter((name) => existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(folder, file));
  }
}
