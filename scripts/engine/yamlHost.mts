// Pulumi's language host for YAML. The official download of the engine has one; an engine that was built here gets it on request.

import { existsSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { buildGoProgram, CLIPBOARD, type GoProgram } from "./goProgram.mts";
import { engineDir, isExecutable, versionsDir } from "./layout.mts";
import { type Engine, onPath } from "./locate.mts";
import { lock, removeStaging } from "./lock.mts";
import { createProgress, type Progress } from "./progress.mts";

const YAML_HOST = process.platform === "win32" ? "pulumi-language-yaml.exe" : "pulumi-language-yaml";

const PULUMI_YAML = "github.com/pulumi/pulumi-yaml";
/** It brings the version of the engine's modules that it was written for. */
export const PULUMI_YAML_VERSION = "1.25.0";
/** What go.mod of a program says that uses the module. */
export const PULUMI_YAML_REQUIREMENTS = [`require ${PULUMI_YAML} v${PULUMI_YAML_VERSION}`, CLIPBOARD];

const PROGRAM: GoProgram = {
  file: YAML_HOST,
  package: `${PULUMI_YAML}/cmd/pulumi-language-yaml`,
  version: PULUMI_YAML_VERSION,
  requirements: PULUMI_YAML_REQUIREMENTS,
};

const STAGING = ".staging-yaml-";

export interface YamlHostOptions {
  env?: NodeJS.ProcessEnv;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Finds the host that the engine will find, or builds it beside the engine. Returns its path. */
export async function ensureYamlHost(
  engine: Pick<Engine, "binDir">,
  options: YamlHostOptions = {},
): Promise<string> {
  const env = options.env ?? process.env;
  const [found = join(engine.binDir, YAML_HOST)] = onPath(YAML_HOST, env);
  if (isExecutable(found)) return found;
  const ours = join(engineDir(env), "bin");
  if (engine.binDir !== ours) {
    throw new Error(
      `${engine.binDir} has no ${YAML_HOST}: install Pulumi again from https://www.pulumi.com/docs/install/, which brings it`,
    );
  }
  const progress = options.progress ?? createProgress();
  const interrupted = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, ...(options.signal ? [options.signal] : [])]);
  const unlock = await lock(env, progress, signal, (error) => interrupted.abort(error));
  try {
    const host = join(ours, YAML_HOST);
    // Another run may have built it while this one waited.
    if (existsSync(host)) return host;
    const work = mkdtempSync(join(versionsDir(env), STAGING));
    await buildGoProgram(PROGRAM, work, { env, signal, work: mkdtempSync(join(work, "source-")), progress });
    renameSync(join(work, YAML_HOST), host);
    return host;
  } finally {
    progress.end();
    removeStaging(env, STAGING);
    // A lock that another run took over is not ours to release.
    await unlock().catch(() => {});
  }
}
