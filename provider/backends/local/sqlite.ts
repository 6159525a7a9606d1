import { KeyPairError } from "../../core/errors";

/** The low byte of SQLite's result codes (https://www.sqlite.org/rescode.html) that mean something to a user. */
const RESULT = { busy: 5, readOnly: 8, corrupt: 11, cannotOpen: 14, notADatabase: 26 } as const;

/** The SQLite of Node. Node 22 warns once that it is experimental. */
export function loadSqlite(): typeof import("node:sqlite") {
  return process.getBuiltinModule("node:sqlite");
}

/** Our error for an error of SQLite. Any other error is returned unchanged. */
export function storeError(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  switch (error.errcode & 0xff) {
    case RESULT.busy:
      return new KeyPairError({
        code: "Unavailable",
        message: `another process keeps the local store ${path} busy`,
        next: "Nothing was changed; try again.",
        cause: error,
      });
    case RESULT.notADatabase:
      return unusable(path, "is not a SQLite database", OTHER_FILE, error);
    case RESULT.corrupt:
      return unusable(path, "is damaged", OTHER_FILE, error);
    case RESULT.readOnly:
    case RESULT.cannotOpen:
      return unusable(path, "cannot be written", WRITE_ACCESS, error);
    default:
      return new KeyPairError({
        code: "File",
        message: `the local store ${path} failed: ${error.message}`,
        next: "See that its disk is there and has room, then try again.",
        cause: error,
      });
  }
}

export const OTHER_FILE = "Set `keypair:path` or `connection.path` to another file, or move this one away.";
export const WRITE_ACCESS =
  "Give this user write access to it and its folder, or set `keypair:path` or `connection.path` to another file.";

/** The error for a file that cannot be the store. Trying again does not help. */
export function unusable(path: string, reason: string, next: string, cause?: unknown): KeyPairError {
  return new KeyPairError({
    code: "Configuration",
    message: `the local store ${path} ${reason}`,
    next,
    property: "connection",
    cause,
  });
}

/** Whether another process uses the file. It may be free later. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && (error.errcode & 0xff) === RESULT.busy;
}

function isSqliteError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number";
}
