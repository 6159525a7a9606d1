// One run at a time puts something into the folder of engines.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { ENGINE_VERSION, versionsDir } from "./layout.mts";
import type { Progress } from "./progress.mts";

/** A lock that was not renewed for this long belongs to a process that is gone. */
const LOCK_STALE_MS = 15_000;
const LOCK_POLL_MS = 1_000;

/** Waits for its turn. Returns what ends it. */
export async function lock(
  env: NodeJS.ProcessEnv,
  progress: Progress,
  signal: AbortSignal,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  const dir = versionsDir(env);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new Error(`${dir} cannot be made: set PULUMI_HOME to a folder that can be written to`, { cause });
  }
  const lockfilePath = join(dir, `.${ENGINE_VERSION}.lock`);
  for (let waiting = false; ; waiting = true) {
    try {
      return await lockfile.lock(dir, { lockfilePath, stale: LOCK_STALE_MS, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (!waiting) progress.begin("Another run is getting Pulumi; waiting for it");
    signal.throwIfAborted();
    await sleep(LOCK_POLL_MS);
  }
}

/** Removes staging folders. Only the holder of the lock stages, so each is its own or that of a run that was killed. */
export function removeStaging(env: NodeJS.ProcessEnv, prefix: string): void {
  const dir = versionsDir(env);
  for (const name of readdirSync(dir)) {
    if (name.startsWith(prefix)) rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
