// Makes sure that an engine is there. What is made appears in one rename, so nobody runs half a file.

import { mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { buildSource } from "./build.mts";
import { downloadSource } from "./download.mts";
import { CLI, ENGINE_VERSION, engineDir, missingFiles, versionsDir } from "./layout.mts";
import { type Engine, searchEngine, versionOf } from "./locate.mts";
import { lock, removeStaging } from "./lock.mts";
import { createProgress, type Progress } from "./progress.mts";
import type { Source } from "./source.mts";

export interface EnsureOptions {
  /** PATH, PULUMI_HOME, and all that go and the download read; default process.env. */
  env?: NodeJS.ProcessEnv;
  progress?: Progress;
  /** Ends the work; nothing half-made stays behind. */
  signal?: AbortSignal;
  /** Tried in this order when no engine is there; default: download, then build. */
  sources?: Source[];
}

export interface EnsuredEngine extends Engine {
  /** "PATH", "cache", or the name of the source that has just made it. */
  from: string;
}

const STAGING = `.staging-${ENGINE_VERSION}-`;

/** Finds an engine or makes one. Throws one error that says all that was tried, and what to do. */
export async function ensureEngine(options: EnsureOptions = {}): Promise<EnsuredEngine> {
  const env = options.env ?? process.env;
  const found = present(env);
  if (found) return found;

  const progress = options.progress ?? createProgress();
  const interrupted = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, interrupted.signal]) : interrupted.signal;
  const unlock = await lock(env, progress, signal, (error) => interrupted.abort(error));
  try {
    // Another run may have made it while this one waited.
    return (
      present(env) ??
      (await make(options.sources ?? [downloadSource, buildSource], { env, progress, signal }))
    );
  } finally {
    progress.end();
    // A lock that another run took over is not ours to release.
    await unlock().catch(() => {});
  }
}

function present(env: NodeJS.ProcessEnv): EnsuredEngine | undefined {
  const { engine, from } = searchEngine(env);
  return engine && from && { ...engine, from };
}

interface Context {
  env: NodeJS.ProcessEnv;
  progress: Progress;
  signal: AbortSignal;
}

async function make(sources: Source[], context: Context): Promise<EnsuredEngine> {
  const { env, progress, signal } = context;
  const tried = searchEngine(env).rejected;
  progress.say(`Pulumi ${ENGINE_VERSION} is not here yet; it goes to ${engineDir(env)}`);
  removeStaging(env, STAGING);
  for (const source of sources) {
    try {
      await stage(source, context);
      const made = present(env);
      if (made) return { ...made, from: source.name };
      tried.push(`${source.name}: what it made is gone again`);
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      progress.say(`${source.name}: ${reason}`);
      tried.push(`${source.name}: ${reason}`);
    } finally {
      removeStaging(env, STAGING);
    }
  }
  throw new Error(explain(tried, env));
}

/** Lets a source fill a folder beside the target, checks what came and moves it into place. */
async function stage(source: Source, context: Context): Promise<void> {
  const { env } = context;
  const staging = mkdtempSync(join(versionsDir(env), STAGING));
  const root = join(staging, "engine");
  const work = join(staging, "work");
  mkdirSync(root);
  mkdirSync(work);
  await source.install(root, { ...context, work });
  context.signal.throwIfAborted();

  const binDir = join(root, "bin");
  const missing = missingFiles(binDir);
  if (missing.length > 0) throw new Error(`it brought no ${missing.join(", no ")}`);
  const version = versionOf(join(binDir, CLI), env);
  if (version !== ENGINE_VERSION) throw new Error(`it brought version ${version}`);

  // An incomplete engine makes way within the staging folder, so it is swept with it.
  renameIfThere(engineDir(env), join(staging, "replaced"));
  renameSync(root, engineDir(env));
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function explain(tried: string[], env: NodeJS.ProcessEnv): string {
  return [
    `There is no Pulumi ${ENGINE_VERSION}, and it could not be made. Tried:`,
    ...tried.map((line) => `  - ${line.replaceAll("\n", "\n    ")}`),
    "What helps, any one of these:",
    "  - install Pulumi, so that it is on the PATH: https://www.pulumi.com/docs/install/",
    "  - install Go, or set GOPROXY to a module proxy that this machine reaches: https://go.dev/doc/install",
    `  - copy the folder from a machine of the same kind that has it to ${engineDir(env)}`,
    "Then run `npm run engine` again.",
  ].join("\n");
}
