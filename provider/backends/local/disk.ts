import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OTHER_FILE, unusable, WRITE_ACCESS } from "./sqlite";

/** SQLite treats a file that is shorter than a page as empty, and overwrites it. */
const SMALLEST_PAGE_BYTES = 512;

/** Throws `Configuration` when the path is a folder. What else may be wrong with it, making the file tells. */
export function refuseFolder(path: string): void {
  if (isFolder(path)) throw unusable(path, "is a folder", OTHER_FILE);
}

/** Makes the file and its folder, but not the folder's parents, where they are missing. Throws `Configuration`. */
export function makeFile(path: string): void {
  makeFolder(path);
  refuseFolder(path);
  try {
    // SQLite gives the files that it makes beside this one (`-wal`, `-shm`) the same mode.
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    throw unusable(path, `cannot be written: ${errno(error)}`, WRITE_ACCESS, error);
  }
  const { size } = statSync(path);
  if (size > 0 && size < SMALLEST_PAGE_BYTES) throw unusable(path, "is not a SQLite database", OTHER_FILE);
}

/** Keeps other users from reading the file and those beside it. Windows has no such modes. */
export function makePrivate(path: string): void {
  if (process.platform === "win32") return;
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
    try {
      if (mode & 0o077) chmodSync(file, 0o600);
    } catch (error) {
      throw unusable(
        path,
        `can be read by others, and that cannot be changed: ${errno(error)}`,
        OTHER_FILE,
        error,
      );
    }
  }
}

function makeFolder(path: string): void {
  const folder = dirname(path);
  try {
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const reason = errno(error);
    // Another process was first.
    if (reason === "EEXIST") return;
    if (reason !== "ENOENT") throw unusable(path, `cannot be made: ${reason}`, WRITE_ACCESS, error);
    const next = "Make it, or set `keypair:path` or `connection.path` to another file.";
    throw unusable(path, `cannot be made: the parent of its folder ${folder} is missing`, next, error);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function errno(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
