import { type Stats, statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { KeyPairError } from "../../core/errors";
import { makeFile, makePrivate } from "./disk";
import { isBusy, loadSqlite, OTHER_FILE, storeError, unusable } from "./sqlite";

/** Marks a file as ours (`PRAGMA application_id`): "kpr1". */
const APPLICATION_ID = 0x6b707231;

/** Step n changes a file from schema version n to n + 1. A released step never changes. */
const MIGRATIONS = [
  `CREATE TABLE key_pairs (
     serial INTEGER PRIMARY KEY,
     region TEXT NOT NULL,
     name TEXT NOT NULL,
     id TEXT,
     public_key TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     created_at TEXT NOT NULL,
     tags TEXT NOT NULL CHECK (json_type(tags) = 'object'),
     resource_group_id TEXT,
     UNIQUE (region, name)
   ) STRICT;
   CREATE TABLE attachments (
     region TEXT NOT NULL,
     instance_id TEXT NOT NULL,
     key_pair INTEGER NOT NULL REFERENCES key_pairs (serial),
     PRIMARY KEY (region, instance_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX attachments_of_key_pair ON attachments (key_pair);`,
];

/** How long opening waits for other processes that open the same file, in milliseconds. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * One SQLite file, opened by many processes at once.
 *
 * It uses write-ahead logging with `synchronous = NORMAL`: when a process is killed, every finished call is kept, and nothing is
 * half-written. A power cut may lose the last calls, but the file stays whole. The file has to be
 * on a disk of this machine, not on the network (https://www.sqlite.org/wal.html).
 */
export class StoreFile {
  readonly #database: DatabaseSync;
  readonly #identity: Pick<Stats, "dev" | "ino">;
  #isOpen = true;
  #inTransaction = false;

  /**
   * Opens the file; makes it (mode 0600) and its folder (0700, not the folder's parents) where they are missing.
   * @param busyTimeoutMs How long a call waits for another process that writes, in milliseconds; it blocks the thread.
   * @throws KeyPairError `Configuration` when the file cannot be used, `Unavailable` when others keep it busy.
   */
  constructor(
    readonly path: string,
    busyTimeoutMs: number,
  ) {
    const { DatabaseSync } = loadSqlite();
    makeFile(path);
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path);
      database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}`);
      prepare(database, path);
      database.exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
      database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      makePrivate(path);
      this.#identity = statSync(path);
    } catch (error) {
      database?.close();
      throw storeError(error, path);
    }
    this.#database = database;
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** Runs the work on one state of the file, whatever others write meanwhile. */
  read<T>(work: () => T): T {
    return this.#transaction("BEGIN", work);
  }

  /** Runs the work whole or not at all. It holds the file's write lock from the start, so nobody changes what it has read. */
  write<T>(work: () => T): T {
    return this.#transaction("BEGIN IMMEDIATE", work);
  }

  close(): void {
    if (this.#isOpen) this.#database.close();
    this.#isOpen = false;
  }

  #transaction<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
    if (this.#inTransaction) return work();
    this.#refuseWhenClosedOrReplaced();
    this.#inTransaction = true;
    try {
      return inTransaction(this.#database, begin, work);
    } catch (error) {
      throw storeError(error, this.path);
    } finally {
      this.#inTransaction = false;
    }
  }

  /** An open file that was deleted still takes writes, but nobody sees them. */
  #refuseWhenClosedOrReplaced(): void {
    if (!this.#isOpen) {
      throw new KeyPairError({ code: "File", message: `the local store ${this.path} was closed` });
    }
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now?.ino === this.#identity.ino && now.dev === this.#identity.dev) return;
    throw new KeyPairError({
      code: "File",
      message: `the local store ${this.path} was removed or replaced while it was in use`,
      next: "Nothing was changed; run the command again.",
    });
  }
}

/** Checks that the file is ours and of a known version, and updates it to the newest version. */
function prepare(database: DatabaseSync, path: string): void {
  const versionBefore = schemaVersion(database, path);
  if (pragma(database, "journal_mode") !== "wal") switchToWal(database);
  if (versionBefore === MIGRATIONS.length) return;
  inTransaction(database, "BEGIN IMMEDIATE", () => {
    // Another process may have done it first.
    for (const step of MIGRATIONS.slice(schemaVersion(database, path))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function inTransaction<T>(database: DatabaseSync, begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    throw error;
  }
}

function schemaVersion(database: DatabaseSync, path: string): number {
  // In this order: the tables and the mark come in one commit, which another process may make between these two reads.
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  const owner = pragma(database, "application_id");
  if (owner !== APPLICATION_ID && !(owner === 0 && isEmpty)) {
    throw unusable(path, "is a database of another program", OTHER_FILE);
  }
  const version = Number(pragma(database, "user_version"));
  if (version <= MIGRATIONS.length) return version;
  throw unusable(
    path,
    `was written by a newer pulumi-keypair (schema version ${version}; this one knows ${MIGRATIONS.length})`,
    "Update pulumi-keypair, or set `keypair:path` or `connection.path` to another file.",
  );
}

/** The switch needs the file for itself alone, and SQLite does not always wait for that. */
function switchToWal(database: DatabaseSync): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + OPEN_TIMEOUT_MS; ; Atomics.wait(sleeper, 0, 0, 5)) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error;
    }
  }
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}
