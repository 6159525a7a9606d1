// The official download, by the code of the npm package `pulumi` itself.

import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ENGINE_VERSION } from "./layout.mts";
import { run } from "./run.mts";
import type { Source, SourceContext } from "./source.mts";

const INSTALLER = fileURLToPath(new URL("./official-installer.mts", import.meta.url));
const WATCH_EVERY_MS = 2_000;
/** No new byte for this long: the network swallows the packets, the next source is tried. */
const STALLED_AFTER_MS = 60_000;

export const downloadSource: Source = {
  name: "official download",
  install: downloadEngine,
};

async function downloadEngine(root: string, context: SourceContext): Promise<void> {
  const { env, signal, work, progress } = context;
  progress.begin(`Downloading pulumi ${ENGINE_VERSION}`);
  const stalled = new AbortController();
  const watch = watchGrowth([root, work], {
    grown: (bytes) => progress.update(`${Math.round(bytes / 1e6)} MB`),
    stalled: () => stalled.abort(new Error(`no data for ${STALLED_AFTER_MS / 1000} s`)),
  });
  try {
    await run(process.execPath, [INSTALLER, ENGINE_VERSION, root], {
      label: "the installer",
      // The installer's own temporary files: swept with the staging folder, and their growth is seen.
      env: { ...env, TMPDIR: work, TMP: work, TEMP: work, NODE_USE_ENV_PROXY: "1" },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
  } finally {
    clearInterval(watch);
  }
}

function watchGrowth(
  dirs: string[],
  on: { grown: (bytes: number) => void; stalled: () => void },
): NodeJS.Timeout {
  let bytes = 0;
  let grownAt = Date.now();
  return setInterval(() => {
    const now = dirs.reduce((sum, dir) => sum + bytesIn(dir), 0);
    if (now !== bytes) {
      bytes = now;
      grownAt = Date.now();
      on.grown(bytes);
    } else if (Date.now() - grownAt > STALLED_AFTER_MS) {
      on.stalled();
    }
  }, WATCH_EVERY_MS);
}

/** Files come and go while they are counted: what has gone counts nothing. */
function bytesIn(dir: string): number {
  try {
    return readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => sum + bytesOf(dir, entry), 0);
  } catch {
    return 0;
  }
}

function bytesOf(dir: string, entry: Dirent): number {
  const path = join(dir, entry.name);
  return entry.isDirectory() ? bytesIn(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}
