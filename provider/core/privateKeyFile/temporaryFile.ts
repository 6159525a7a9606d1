import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A private key file is for its owner only. */
export const OWNER_ONLY = 0o600;
const ENDING = /^\.[0-9a-f]{12}\.tmp$/;
/**
 * No write takes so long, so no process still uses the file. Far more than the clocks of two machines differ.
 */
const STALE_AFTER_MS = 15 * 60_000;

/**
 * Where a file is written before it gets its final name in one step. It is in the same folder, and its name
 * starts with the final name. So a pattern that hides the file from others (`bastion.pem*` in a .gitignore)
 * also hides what a killed run left.
 */
export function temporaryNameFor(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

/**
 * Where a file is moved out of the way for a moment. `removeStaleFiles` of another process leaves it alone: another writer may
 * have put a key into it.
 */
export function awayNameFor(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.away`;
}

/** Writes the file and flushes it to the disk. From its first byte on, only its owner can read it. */
export function writeTemporaryFile(path: string, contents: string): void {
  const file = openSync(path, "wx", OWNER_ONLY);
  try {
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Removes this file's temporary files that killed runs left. A file that cannot be examined or removed stays.
 */
export function removeStaleFiles(path: string): void {
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(basename(path)) || !ENDING.test(name.slice(basename(path).length))) continue;
    try {
      const file = join(dirname(path), name);
      const found = lstatSync(file);
      if (found.isFile() && found.mtimeMs < Date.now() - STALE_AFTER_MS) unlinkSync(file);
    } catch {
      // Somebody else has removed it, or may remove it.
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
