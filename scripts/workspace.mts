// A private place to run the Pulumi command line in: own state, own home, own passphrase, nothing of the user's.

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "./engine/locate.mts";

export const ROOT = resolve(import.meta.dirname, "..");

/** Where the parts of a workspace lie. */
export interface Workspace {
  /** The Pulumi project: the current folder of every command. */
  project: string;
  /** The stacks' states. */
  state: string;
  /** What the engine keeps in the user's home: logs and workspaces. */
  home: string;
  /** Holds the passphrase that the secrets of the state are encrypted with. */
  passphraseFile: string;
}

export function workspaceIn(folder: string): Workspace {
  return {
    project: join(folder, "project"),
    state: join(folder, "state"),
    home: join(folder, "home"),
    passphraseFile: join(folder, "passphrase"),
  };
}

/** Makes what is missing: a passphrase file with random text, readable by this user only, and the folders. */
export function makeWorkspace(workspace: Workspace): void {
  const { project, state, home, passphraseFile } = workspace;
  mkdirSync(dirname(passphraseFile), { recursive: true });
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  for (const folder of [project, state, home]) mkdirSync(folder, { recursive: true });
  for (const folder of [state, home]) chmodSync(folder, 0o700);
}

/** What sets a command up for the workspace, as the lines of a shell's `export`. Holds no secret. */
export function workspaceVariables(
  { state, home, passphraseFile }: Workspace,
  { binDir }: Engine,
): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The language host takes the first node of the PATH: the one that runs this script.
    PATH: [binDir, dirname(process.execPath)].join(delimiter),
  };
}

/** The environment of a command in the workspace. No setting of Pulumi that the user has made reaches it. */
export function workspaceEnvironment(workspace: Workspace, engine: Engine): NodeJS.ProcessEnv {
  const variables = workspaceVariables(workspace, engine);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
  return {
    ...Object.fromEntries(inherited),
    ...variables,
    PATH: [variables["PATH"], process.env["PATH"]].join(delimiter),
  };
}
