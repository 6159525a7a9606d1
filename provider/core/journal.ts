import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/*
 * A process that is killed between the cloud's "made" and the engine's "saved" leaves a pair that no state knows. The journal
 * is how the next run on this machine finds it: one small file a call, written before the call. It also remembers whose key a
 * file was left with. It holds names, times and fingerprints, no key. A journal that cannot be written is done without: it
 * makes recovery better, not the call.
 */

/** A call that was about to make a pair. */
export interface JournalEntry {
  name: string;
  /** Where, as `Backend.location` says it. */
  location: string;
  /** The SHA-256 fingerprint of the key that was imported; absent where the cloud makes the key. */
  importedKey?: string;
  /** The same of the key that was made, once it is known: a state, or a file, may hold it already. */
  madeKey?: string;
  /** Nobody else's pair can be meant: the name or the key was made for the call, or no pair had the name right before it. */
  isNew: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The call's deadline: what is made later is not its pair. Milliseconds since the epoch. */
  endsBy: number;
}

export interface OpenEntry {
  /** The engine is about to be told, of a pair with this key (its SHA-256 fingerprint). */
  returned(key: string): void;
  /** Nothing was made. */
  nothingMade(): void;
}

export interface Journal {
  begin(urn: string | undefined, entry: JournalEntry): OpenEntry;
  /** Calls for this resource whose process is gone, and whose pair neither a state nor the end of their run has confirmed. */
  interrupted(urn: string | undefined): JournalEntry[];
  /**
   * Nothing is left to be recovered of the calls for a pair of this name.
   * @param isMeant  Only of these calls: it is their pair that a state knows.
   */
  confirm(urn: string | undefined, name: string, isMeant?: (entry: JournalEntry) => boolean): void;
  /** This resource's pair is gone, and a file holds its private key (its SHA-256 fingerprint) still. */
  keyLeft(urn: string | undefined, key: string): void;
  /** The key that was left, until this resource has a pair again. */
  leftKey(urn: string | undefined): string | undefined;
}

interface WrittenEntry extends JournalEntry {
  pid: number;
}

interface StoredEntry extends WrittenEntry {
  file: string;
}

/** A journal in a folder of the user's, which is made when it is first needed. */
export class FolderJournal implements Journal {
  private entries: Map<string, StoredEntry[]> | undefined;
  /** By key of the resource. */
  private readonly leftKeys = new Map<string, string>();
  /** Files of calls of this process: those under way, and those that the engine was told of. */
  private readonly underWay = new Set<string>();
  private readonly told = new Set<string>();

  constructor(private readonly folder: string) {}

  begin(urn: string | undefined, entry: JournalEntry): OpenEntry {
    if (urn === undefined) return { returned() {}, nothingMade() {} };
    const file = join(this.folder, `${keyOf(urn)}.${randomUUID()}.json`);
    const write = (more: Partial<JournalEntry> = {}) =>
      writeWhole(this.folder, file, { ...entry, ...more, pid: process.pid });
    write();
    this.underWay.add(file);
    return {
      returned: (key) => {
        if (entry.importedKey === undefined) write({ madeKey: key });
        this.underWay.delete(file);
        this.told.add(file);
        if (this.leftKeys.delete(keyOf(urn))) remove(this.leftKeyFile(urn));
      },
      nothingMade: () => {
        this.underWay.delete(file);
        remove(file);
      },
    };
  }

  interrupted(urn: string | undefined): JournalEntry[] {
    return urn === undefined
      ? []
      : (this.load().get(keyOf(urn)) ?? []).filter(({ pid }) => !isOfAnother(pid));
  }

  confirm(urn: string | undefined, name: string, isMeant = (_entry: JournalEntry) => true): void {
    if (urn === undefined) return;
    const entries = this.load().get(keyOf(urn)) ?? [];
    const confirmed = entries.filter((entry) => entry.name === name && isMeant(entry));
    for (const { file } of confirmed) remove(file);
    this.load().set(
      keyOf(urn),
      entries.filter((entry) => !confirmed.includes(entry)),
    );
  }

  keyLeft(urn: string | undefined, key: string): void {
    if (urn === undefined) return;
    this.load();
    this.leftKeys.set(keyOf(urn), key);
    writeWhole(this.folder, this.leftKeyFile(urn), { key });
  }

  leftKey(urn: string | undefined): string | undefined {
    if (urn === undefined) return undefined;
    this.load();
    return this.leftKeys.get(keyOf(urn));
  }

  /** The engine ends its run as it should, so it has saved what it was told. One that leaves calls behind does not. */
  runEnded(): void {
    if (this.underWay.size > 0) return;
    for (const file of this.told) remove(file);
    this.told.clear();
  }

  /** Read once a process: what this process itself begins is not interrupted. */
  private load(): Map<string, StoredEntry[]> {
    if (this.entries) return this.entries;
    this.entries = new Map();
    for (const name of filesOf(this.folder)) {
      const key = name.split(".", 1)[0] ?? "";
      const content = readJson(join(this.folder, name));
      if (isLeftKey(content)) this.leftKeys.set(key, content.key);
      if (!isEntry(content)) continue;
      const entry = { ...content, file: join(this.folder, name) };
      this.entries.set(key, [...(this.entries.get(key) ?? []), entry]);
    }
    return this.entries;
  }

  private leftKeyFile(urn: string): string {
    return join(this.folder, `${keyOf(urn)}.left.json`);
  }
}

/** The key of the pair that the call was to make, as far as it is known. */
export function keyOfEntry({ madeKey, importedKey }: JournalEntry): string | undefined {
  return madeKey ?? importedKey;
}

/** The same resource of the same project folder: stacks of other folders may use the same names. */
function keyOf(urn: string): string {
  return createHash("sha256").update(`${process.cwd()}\0${urn}`).digest("hex").slice(0, 32);
}

function writeWhole(folder: string, file: string, content: unknown): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.draft`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${file}.draft`, file);
  } catch {
    // Done without: see above.
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isLeftKey(value: unknown): value is { key: string } {
  return typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";
}

/** Another version of this package may have written it. */
function isEntry(value: unknown): value is WrittenEntry {
  if (typeof value !== "object" || value === null) return false;
  const { name, location, isNew, startedAt, endsBy, pid }: Partial<WrittenEntry> = value;
  return (
    typeof name === "string" &&
    typeof location === "string" &&
    typeof isNew === "boolean" &&
    typeof startedAt === "number" &&
    typeof endsBy === "number" &&
    typeof pid === "number"
  );
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is read again, and found to be of no use.
  }
}

/** Of another process that lives. What was there before this one began is not its own: in containers, ids come again. */
function isOfAnother(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
