import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const OWNER_ONLY = 0o600;
const ENDING = /^\.[0-9a-f]{12}\.tmp$/;
/** No write takes so long, so nobody is at work on the file any more. Far more than the clocks of two machines differ. */
const STALE_AFTER_MS = 15 * 60_000;

/**
 * Where a file is written before it takes its name in one step: in the same folder, by a name that starts with the file's own, so
 * that a pattern which hides the file from others (`bastion.pem*` in a .gitignore) hides what a killed run left too.
 */
export function temporaryNameFor(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

/** Writes the file down to the disk. Only its owner can read it, from its first byte on. */
export function writeTemporaryFile(path: string, contents: string): void {
  const file = openSync(path, "wx", OWNER_ONLY);
  try {
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes the temporary files of this file that killed runs left. One that cannot be looked at or removed stays. */
export function removeStaleFiles(path: string): void {
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(basename(path)) || !ENDING.test(name.slice(basename(path).length))) continue;
    try {
      const file = join(dirname(path), name);
      const found = lstatSync(file);
      if (found.isFile() && found.mtimeMs < Date.now() - STALE_AFTER_MS) unlinkSync(file);
    } catch {
      // Somebody else removed it, or may.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
