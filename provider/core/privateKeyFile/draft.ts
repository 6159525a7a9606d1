import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const OWNER_ONLY = 0o600;
const ENDING = /^\.[0-9a-f]{12}\.draft$/;
/** No write takes as long, so nobody is at work on it any more. Far above what the clocks of two machines differ by. */
const STALE_AFTER_MS = 15 * 60_000;

/**
 * Where a file is written before it takes its name in one step: in the same folder, by a name that starts with the file's own,
 * so that what hides the file from others (`bastion.pem*` in a .gitignore) hides the draft of a killed run too.
 */
export function draftOf(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.draft`;
}

/** Writes the draft, for its owner only from its first byte on, down to the disk. */
export function writeDraft(draft: string, contents: string): void {
  const file = openSync(draft, "wx", OWNER_ONLY);
  try {
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes the drafts of this file that killed runs left. What cannot be looked at or removed is no reason not to write. */
export function removeStaleDrafts(path: string): void {
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(basename(path)) || !ENDING.test(name.slice(basename(path).length))) continue;
    try {
      const draft = join(dirname(path), name);
      const found = lstatSync(draft);
      if (found.isFile() && found.mtimeMs < Date.now() - STALE_AFTER_MS) unlinkSync(draft);
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
