import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import lockfile from "proper-lockfile";
import { inject } from "vitest";
import { buildGoProgram, PULUMI } from "../../../scripts/engine/goProgram.mts";
import { onPath } from "../../../scripts/engine/locate.mts";
import { run } from "../../../scripts/engine/run.mts";
import { ensureYamlHost } from "../../../scripts/engine/yamlHost.mts";
import { python } from "../../support/openstack/openstack";

/* What programs in other languages need here: the SDKs made from schema.json, and a language host. */

const ROOT = resolve(__dirname, "../../..");
const CACHE = join(ROOT, ".cache/languages");
/** The last version whose Go module holds the host; the engine's own download has a newer one. */
const HOST_VERSION = "3.68.0";
const exec = promisify(execFile);
const quiet = { say() {}, begin() {}, update() {}, end() {} };

/** Whether these programs are on the machine. */
export function has(...programs: string[]): boolean {
  return programs.every((program) => onPath(program, process.env).length > 0);
}

/** Makes the SDK of the language into the folder. */
export async function makeSdk(language: "python" | "nodejs" | "go", folder: string): Promise<void> {
  await run(process.execPath, [join(ROOT, "scripts/sdk.mts"), language, "--out", folder]);
}

/** Translates the YAML program of the folder into the languages that have a generator. */
export async function translateExample(folder: string): Promise<void> {
  await run(process.execPath, [join(ROOT, "scripts/examples.mts"), folder]);
}

/** Pulumi's language host for YAML, beside the engine. */
export function yamlHost(): Promise<string> {
  return ensureYamlHost(inject("engine"), { progress: quiet });
}

/** The folder of Pulumi's language host for Python, built once. */
export async function pythonHost(): Promise<string> {
  const folder = join(CACHE, `python-${HOST_VERSION}`);
  mkdirSync(folder, { recursive: true });
  const release = await lockfile.lock(folder, {
    retries: { forever: true, maxTimeout: 1000 },
    stale: 60_000,
  });
  try {
    const script = join(folder, "pulumi-language-python-exec");
    if (existsSync(script)) return folder;
    const module = `${PULUMI}/sdk/v3`;
    const work = mkdtempSync(join(CACHE, "work-"));
    await buildGoProgram(
      {
        file: "pulumi-language-python",
        package: `${module}/python/cmd/pulumi-language-python`,
        version: HOST_VERSION,
        requirements: [`require ${module} v${HOST_VERSION}`],
      },
      folder,
      { env: process.env, signal: new AbortController().signal, work, progress: quiet },
    );
    rmSync(work, { recursive: true });
    const { stdout } = await exec("go", ["list", "-m", "-f", "{{.Dir}}", `${module}@v${HOST_VERSION}`]);
    copyFileSync(join(stdout.trim(), "python/cmd/pulumi-language-python-exec"), script);
    return folder;
  } finally {
    await release();
  }
}

/** A virtual environment in the folder that holds Pulumi of this version, the SDK and what else is named. */
export async function pythonEnvironment(folder: string, sdk: string, ...others: string[]): Promise<void> {
  if (python === undefined) throw new Error("there is no Python 3.11 or later");
  await run(python, ["-m", "venv", folder]);
  const quietly = ["--quiet", "--disable-pip-version-check"];
  await run(join(folder, "bin/pip"), ["install", ...quietly, `pulumi==${pulumiVersion()}`, sdk, ...others]);
}

function pulumiVersion(): string {
  return require("@pulumi/pulumi/package.json").version;
}
