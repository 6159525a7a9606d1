import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

export const STACK = join(import.meta.dirname, "stack.py");
/** Where the tests' OpenStack is installed, and keeps its data. */
export const FOLDER = join(import.meta.dirname, "../../../.cache/openstack");
const CANDIDATES = ["python3.11", "python3.12", "python3.13", "python3"];

/** A Python 3.11 or later that can make virtual environments. */
export const python = process.platform === "win32" ? undefined : CANDIDATES.find(isRecentEnough);

/**
 * Begins to install and start it for as long as this process runs, and waits for nothing: a test that needs it waits. If it fails here, the
 * first test tries again, and says why.
 */
export function beginOpenStack(): void {
  if (python === undefined) return;
  const lease = String(process.pid);
  spawn(python, [STACK, "up", FOLDER, "--lease", lease], { stdio: "ignore" }).unref();
}

function isRecentEnough(command: string): boolean {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  return spawnSync(command, ["-c", check]).status === 0;
}
