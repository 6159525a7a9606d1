// Finds an engine that is there already, without a lock, a network or a build.

import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import {
  CLI,
  DYNAMIC_PROVIDER,
  ENGINE_VERSION,
  engineDir,
  isExecutable,
  LANGUAGE_HOST,
  missingFiles,
} from "./layout.mts";

export interface Engine {
  /** Absolute path of the command line. */
  pulumi: string;
  /** Its folder: put it first on the PATH, so that it finds its language host. */
  binDir: string;
  /** Without the leading "v". */
  version: string;
}

/** What each place held; `rejected` says why a place gave nothing. */
export interface Search {
  engine?: Engine;
  from?: "PATH" | "cache";
  rejected: string[];
}

/** The oldest engine that runs the resources of this package: the peer range of `@pulumi/pulumi` begins there too. */
export const OLDEST = { major: 3, minor: 216 };

/** The engine to use, or undefined when `npm run engine` has to make one first. */
export function locateEngine(env: NodeJS.ProcessEnv = process.env): Engine | undefined {
  return searchEngine(env).engine;
}

/** As locateEngine, and says where it looked. */
export function searchEngine(env: NodeJS.ProcessEnv): Search {
  const rejected: string[] = [];
  for (const pulumi of onPath(CLI, env)) {
    if (isNpmWrapper(pulumi)) continue;
    const checked = checkInstalled(pulumi, env);
    if (typeof checked !== "string") return { engine: checked, from: "PATH", rejected };
    rejected.push(`PATH: ${pulumi} ${checked}`);
  }
  if (rejected.length === 0) rejected.push("PATH: no pulumi there");

  const binDir = join(engineDir(env), "bin");
  const missing = missingFiles(binDir);
  if (missing.length === 0) {
    const engine = { pulumi: join(binDir, CLI), binDir, version: ENGINE_VERSION };
    return { engine, from: "cache", rejected };
  }
  rejected.push(`cache: ${binDir} has no ${missing.join(", no ")}`);
  return { rejected };
}

/** Every executable of that name on the PATH, in its order. */
export function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name))
    .filter(isExecutable);
}

/** Runs `pulumi version` and gives the version without its "v". */
export function versionOf(pulumi: string, env: NodeJS.ProcessEnv): string {
  const printed = execFileSync(pulumi, ["version"], {
    encoding: "utf8",
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 20_000,
  });
  return printed.trim().replace(/^v/, "");
}

/** The installed engine, or why it does not serve. */
function checkInstalled(pulumi: string, env: NodeJS.ProcessEnv): Engine | string {
  const beside = [dirname(pulumi), dirname(realpathSync(pulumi))];
  for (const name of [LANGUAGE_HOST, DYNAMIC_PROVIDER]) {
    const found = beside.some((dir) => isExecutable(join(dir, name))) || onPath(name, env).length > 0;
    if (!found) return `has no ${name} beside it or on the PATH`;
  }
  try {
    const version = versionOf(pulumi, env);
    const reason = whyNot(version);
    return reason === undefined
      ? { pulumi, binDir: dirname(pulumi), version }
      : `is version ${version}, ${reason}`;
  } catch {
    return "does not run";
  }
}

function whyNot(version: string): string | undefined {
  const [major = Number.NaN, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major > OLDEST.major) return `another major version than ${OLDEST.major}`;
  const isRecent = major === OLDEST.major && minor >= OLDEST.minor;
  return isRecent ? undefined : `older than ${OLDEST.major}.${OLDEST.minor}`;
}

/** The npm package `pulumi`, local or global: running it would start the download. */
function isNpmWrapper(pulumi: string): boolean {
  const inModules = `${sep}node_modules${sep}`;
  return pulumi.includes(inModules) || realpathSync(pulumi).includes(inModules);
}
