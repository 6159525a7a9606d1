import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { KeyPairStore } from "../../../../provider/backends/local/store";
import { formatPublicKeyLine, generateKeyPair } from "../../../../provider/keys";
import { failure } from "../../../support/failure";

let publicKey = "";
beforeAll(async () => {
  publicKey = formatPublicKeyLine((await generateKeyPair({ type: "ed25519" })).publicKey);
});

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-store-"));
  path = join(folder, "local.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the file of the local store", () => {
  it("is made with its folder, for nobody else to read, whatever the umask", () => {
    const umask = process.umask(0);
    try {
      path = join(folder, "deep/local.sqlite");
      const store = new KeyPairStore(path);
      store.list("local");
      expect(modes(join(folder, "deep"), path, `${path}-wal`, `${path}-shm`)).toEqual([
        "700",
        "600",
        "600",
        "600",
      ]);
      store.close();
      expect(modes(path)).toEqual(["600"]);
    } finally {
      process.umask(umask);
    }
  });

  it("is closed to others when it was open to them", () => {
    new KeyPairStore(path).close();
    chmodSync(path, 0o644);
    const store = new KeyPairStore(path);
    expect(modes(path, `${path}-wal`, `${path}-shm`)).toEqual(["600", "600", "600"]);
    store.close();
  });

  it("can be a link, an empty file, or one with an unusual name", () => {
    writeFileSync(path, "");
    const link = join(folder, "a?b#c%20 'd.sqlite");
    symlinkSync(path, link);
    const store = new KeyPairStore(link);
    expect(store.list("local").total).toBe(0);
    store.close();
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it("keeps nothing beside itself once it is closed, and closes as often as asked", () => {
    const store = new KeyPairStore(path);
    store.close();
    store.close();
    expect([`${path}-wal`, `${path}-shm`].filter((file) => existsSync(file))).toEqual([]);
    expect(failure(() => store.list("local"))).toMatchObject({
      code: "File",
      message: `the local store ${path} was closed.`,
    });
  });

  test.for([
    ["a text", "this is no database, but a text of some length"],
    ["a short text", "x"],
    ["random bytes", Buffer.alloc(8192, 0xa7)],
  ] as const)("is refused, and left as it is, when it holds something else: %s", ([, content]) => {
    writeFileSync(path, content, { mode: 0o644 });
    expect(failure(() => new KeyPairStore(path))).toMatchObject({
      code: "Configuration",
      details: { property: "connection" },
      message: `the local store ${path} is not a SQLite database. Set \`keypair:path\` or \`connection.path\` to another file, or move this one away.`,
    });
    expect(readFileSync(path)).toEqual(Buffer.from(content));
    expect(modes(path)).toEqual(["644"]);
  });

  it("is refused, and left as it is, when it is the database of another program", () => {
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE notes (note TEXT)");
    other.close();
    const before = readFileSync(path);
    expect(failure(() => new KeyPairStore(path)).message).toBe(
      `the local store ${path} is a database of another program. Set \`keypair:path\` or \`connection.path\` to another file, or move this one away.`,
    );
    expect(readFileSync(path)).toEqual(before);
  });

  it("is refused when a newer version wrote it", () => {
    new KeyPairStore(path).close();
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 7");
    newer.close();
    expect(failure(() => new KeyPairStore(path))).toMatchObject({
      code: "Configuration",
      message: `the local store ${path} was written by a newer pulumi-keypair (schema version 7; this one knows 1). Update pulumi-keypair, or set \`keypair:path\` or \`connection.path\` to another file.`,
    });
  });

  it("says that it is damaged", () => {
    const store = new KeyPairStore(path);
    for (let n = 0; n < 200; n++) store.import("local", { name: `pair${n}`, publicKey });
    store.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, 4096));
    expect(failure(() => new KeyPairStore(path).list("local"))).toMatchObject({
      code: "Configuration",
      message: `the local store ${path} is damaged. Set \`keypair:path\` or \`connection.path\` to another file, or move this one away.`,
    });
  });

  it("says what is wrong with its path", () => {
    const messageOf = (file: string) => failure(() => new KeyPairStore(file)).message;
    const access =
      "Give this user write access to it and its folder, or set `keypair:path` or `connection.path` to another file.";
    const missing = join(folder, "no/such/local.sqlite");
    expect(messageOf(missing)).toBe(
      `the local store ${missing} cannot be made: the parent of its folder ${join(folder, "no/such")} is missing. Make it, or set \`keypair:path\` or \`connection.path\` to another file.`,
    );
    expect(existsSync(join(folder, "no"))).toBe(false);

    mkdirSync(path);
    expect(messageOf(path)).toBe(
      `the local store ${path} is a folder. Set \`keypair:path\` or \`connection.path\` to another file, or move this one away.`,
    );
    writeFileSync(join(folder, "file"), "");
    const below = join(folder, "file/local.sqlite");
    expect(messageOf(below)).toBe(`the local store ${below} cannot be written: ENOTDIR. ${access}`);
    const deeper = join(folder, "file/sub/local.sqlite");
    expect(messageOf(deeper)).toBe(`the local store ${deeper} cannot be made: ENOTDIR. ${access}`);
  });

  it.skipIf(process.getuid?.() === 0)(
    "says that this user cannot write it (root can write everything)",
    () => {
      new KeyPairStore(path).close();
      chmodSync(path, 0o400);
      expect(failure(() => new KeyPairStore(path)).message).toContain(
        `the local store ${path} cannot be written: EACCES.`,
      );
    },
  );

  it("takes no writes that nobody would see, once it was removed", () => {
    const store = new KeyPairStore(path);
    rmSync(path);
    expect(failure(() => store.import("local", { name: "lost", publicKey }))).toMatchObject({
      code: "File",
      message: `the local store ${path} was removed or replaced while it was in use. Nothing was changed; run the command again.`,
    });
    store.close();
  });

  it("says that another process keeps it busy, and works again after that", () => {
    const store = new KeyPairStore(path, { busyTimeoutMs: 20 });
    const writer = new DatabaseSync(path);
    writer.exec("BEGIN IMMEDIATE");
    expect(failure(() => store.import("local", { name: "later", publicKey }))).toMatchObject({
      code: "Unavailable",
      message: `another process keeps the local store ${path} busy. Nothing was changed; try again.`,
    });
    expect(store.list("local").total).toBe(0);
    writer.exec("ROLLBACK");
    writer.close();
    store.import("local", { name: "later", publicKey });
    store.close();
  });
});

function modes(...files: string[]): string[] {
  return files.map((file) => (statSync(file).mode & 0o777).toString(8));
}
