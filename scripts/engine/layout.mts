// Where the engine lives and which files make it whole. The layout is the one that the npm package
// `pulumi` and the Automation API share, so that `npx pulumi` runs what is put there.

import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The pinned version: that of the development dependency `pulumi`. */
export const ENGINE_VERSION: string = createRequire(import.meta.url)("pulumi/package.json").version;

const windows = process.platform === "win32";

/** The command line; in a staged engine it is what makes the folder count as an engine. */
export const CLI = windows ? "pulumi.exe" : "pulumi";
/** Runs JavaScript and TypeScript programs. */
export const LANGUAGE_HOST = windows ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";
/** Runs dynamic resources: a small script that starts `@pulumi/pulumi/cmd/dynamic-provider`. */
export const DYNAMIC_PROVIDER = windows
  ? "pulumi-resource-pulumi-nodejs.cmd"
  : "pulumi-resource-pulumi-nodejs";

/** `$PULUMI_HOME/versions`, where each version of the engine has a folder. */
export function versionsDir(env: NodeJS.ProcessEnv): string {
  return resolve(env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "versions");
}

/** The folder of the pinned version. */
export function engineDir(env: NodeJS.ProcessEnv): string {
  return join(versionsDir(env), ENGINE_VERSION);
}

/** Names the files of an engine that the folder `bin` lacks; none: it is whole. */
export function missingFiles(binDir: string): string[] {
  return [CLI, LANGUAGE_HOST, DYNAMIC_PROVIDER].filter((name) => !isExecutable(join(binDir, name)));
}

/** True for a file that may be run and is not empty, which is what the npm package asks too. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const found = statSync(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}
