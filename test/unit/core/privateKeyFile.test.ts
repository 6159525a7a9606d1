import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { removeStaleFiles } from "../../../provider/core/privateKeyFile/temporaryFile";
import {
  checkPrivateKeyFile,
  heldKey,
  writePrivateKeyFile,
} from "../../../provider/core/privateKeyFile/write";
import {
  convertPrivateKey,
  fingerprintSha256,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../../provider/keys";
import { testFolder } from "./support/context";
import { ed25519Key, rsaKey } from "./support/keys";

/** The calls of the file system that a test lets fail; all others are the real ones. */
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const watched = ["accessSync", "linkSync", "writeFileSync", "fsyncSync", "renameSync"] as const;
  return { ...real, ...Object.fromEntries(watched.map((name) => [name, vi.fn(real[name])])) };
});

const { privateKey, publicKey } = rsaKey("own");
const fingerprint = fingerprintSha256(readPublicKey(publicKey));
const other = rsaKey("another");
const otherFingerprint = fingerprintSha256(readPublicKey(other.publicKey));
const write = (path: string, key = privateKey) => writePrivateKeyFile(path, key, { comment: "web" });

const any = () => true;
const none = () => false;
const isOther = (held: string) => held === otherFingerprint;

let folder: string;
let file: string;

beforeEach(() => {
  folder = testFolder();
  file = join(folder, "web.pem");
});

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: as the operating system says it`), { code });
  };
}

describe("what is written", () => {
  test("is the key as the cloud sent it, for its owner only, whatever the umask", async () => {
    const umask = process.umask(0);
    await write(file);
    process.umask(umask);
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("ends with a line end: ssh wants one", async () => {
    await write(file, privateKey.trimEnd());
    expect(readFileSync(file, "utf8")).toBe(privateKey);
  });

  test.each(["web.ppk", "WEB.PPK"])(
    "to %s is PuTTY's format, with the pair's name as its comment",
    async (name) => {
      const path = join(folder, name);
      await write(path);
      const text = readFileSync(path, "utf8");
      expect(text).toMatch(/^PuTTY-User-Key-File-3: ssh-rsa\r?\nEncryption: none\r?\nComment: web\r?\n/);
      expect(fingerprintSha256(publicKeyOfPrivateKey(text))).toBe(fingerprint);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    },
  );

  test("was for its owner only from the first byte on, and takes its name in one step", async () => {
    vi.mocked(fs.linkSync).mockImplementationOnce((temporary, path) => {
      expect(statSync(temporary).mode & 0o777).toBe(0o600);
      expect(readFileSync(temporary, "utf8")).toBe(privateKey);
      expect(existsSync(path)).toBe(false);
      fs.renameSync(temporary, path);
    });
    await write(file);
    expect(existsSync(file)).toBe(true);
    expect(fs.fsyncSync).toHaveBeenCalled();
  });
});

describe("the temporary file of a write", () => {
  const HOURS_AGO = new Date(Date.now() - 3_600_000);

  /** A process that is killed in the middle does not come to the end of its write. */
  async function killedWrite(): Promise<string> {
    vi.mocked(fs.linkSync).mockImplementationOnce((temporary) => {
      fs.copyFileSync(temporary, `${temporary}.copy`);
      failing("EIO")();
    });
    await expect(write(file)).rejects.toThrow("EIO");
    const [name = ""] = readdirSync(folder).filter((found) => found.endsWith(".copy"));
    const temporary = join(folder, name.slice(0, -".copy".length));
    fs.renameSync(join(folder, name), temporary);
    return temporary;
  }

  test("that a killed run left has a name that starts with the file's, so that a .gitignore knows it", async () => {
    const temporary = await killedWrite();
    expect(temporary).toMatch(/\/web\.pem\.[0-9a-f]{12}\.tmp$/);
    expect(readFileSync(temporary, "utf8")).toBe(privateKey);
    expect(statSync(temporary).mode & 0o777).toBe(0o600);
  });

  test("is removed by the next write, once nobody can be at work on it any more", async () => {
    const [stale, underWay] = [await killedWrite(), await killedWrite()];
    fs.utimesSync(stale, HOURS_AGO, HOURS_AGO);
    await write(file);
    expect(readdirSync(folder).sort()).toEqual(["web.pem", basename(underWay)].sort());
    // Also where the file is there already.
    fs.utimesSync(underWay, HOURS_AGO, HOURS_AGO);
    await write(file);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("of another file, and what only looks like one, stays", async () => {
    const names = [
      "other.pem.0123456789ab.tmp",
      "web.pem.0123456789AB.tmp",
      "web.pem.0123456789ab.tmp.bak",
      "web.pem.mine.tmp",
      "web.pem.old.0123456789ab.tmp",
      "web.pem0123456789ab.tmp",
      "webXpem.0123456789ab.tmp",
    ];
    for (const name of names) writeFileSync(join(folder, name), "");
    const [isFolder, isLink] = ["web.pem.aaaaaaaaaaaa.tmp", "web.pem.bbbbbbbbbbbb.tmp"];
    mkdirSync(join(folder, isFolder));
    symlinkSync(join(folder, "other.pem.0123456789ab.tmp"), join(folder, isLink));
    for (const name of [...names, isFolder, isLink]) fs.lutimesSync(join(folder, name), HOURS_AGO, HOURS_AGO);
    await write(file);
    expect(readdirSync(folder).sort()).toEqual([...names, isFolder, isLink, "web.pem"].sort());
  });
});

describe("what is there already", () => {
  test("an empty file, or white space, is a placeholder", async () => {
    for (const contents of ["", " \n\n"]) {
      writeFileSync(file, contents, { mode: 0o644 });
      await write(file);
      expect(readFileSync(file, "utf8")).toBe(privateKey);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      fs.rmSync(file);
    }
  });

  test("this very key is left as it is, in whatever form", async () => {
    const openssh = convertPrivateKey(privateKey, "openssh", "mine");
    writeFileSync(file, openssh, { mode: 0o644 });
    await write(file);
    expect(readFileSync(file, "utf8")).toBe(openssh);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    [
      "another key",
      other.privateKey,
      `holds another private key already (${otherFingerprint})`,
      ' If a killed run left the pair of that key, its keyPairName and onExisting: "adopt" take it over. ' +
        "If the resource was only renamed in the program, an alias keeps its key. " +
        "If another stack wrote the file, put the stack's name into the path.",
    ],
    ["a public key", publicKey, "is there already and holds no private key", ""],
    ["anything else", "a letter", "is there already and holds no private key", ""],
  ])("%s is never overwritten", async (_what, contents, how, more) => {
    writeFileSync(file, contents);
    await expect(write(file)).rejects.toMatchObject({
      message: `${file} ${how}. It is never overwritten: move it away, or name another file.${more}`,
    });
    expect(readFileSync(file, "utf8")).toBe(contents);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("another key that appears at the last moment is never overwritten either", async () => {
    vi.mocked(fs.linkSync).mockImplementationOnce((temporary, path) => {
      writeFileSync(path, other.privateKey);
      failing("EEXIST")();
      void temporary;
    });
    await expect(write(file)).rejects.toThrow("holds another private key already");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("a folder, a link to nowhere", async () => {
    mkdirSync(file);
    await expect(write(file)).rejects.toThrow(`cannot read ${file}: it is a folder.`);
    const link = join(folder, "link.pem");
    symlinkSync(join(folder, "nowhere"), link);
    await write(link);
    expect(readFileSync(link, "utf8")).toBe(privateKey);
  });

  test.skipIf(process.platform === "win32")(
    "a device or a pipe, under a link too, is not read, written to or replaced",
    async () => {
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      // Who reads it all the same finds it empty, and does not wait for ever.
      const writer = spawn("sh", ["-c", `: > "$0"`, pipe]);
      onTestFinished(() => void writer.kill());
      // Of the device itself nothing but the link is at stake.
      const link = join(folder, "link.pem");
      symlinkSync("/dev/null", link);
      for (const path of [pipe, link]) {
        expect(heldKey(path)).toEqual({ holds: "no contents" });
        const target = path === link ? "/dev/null" : path;
        const refusal = `${target} is no regular file, so it cannot keep a private key. Name another file.`;
        expect(() => checkPrivateKeyFile(path, any)).toThrow(refusal);
        await expect(write(path)).rejects.toThrow(refusal);
      }
      expect(statSync(pipe).isFIFO()).toBe(true);
      expect(fs.readlinkSync(link)).toBe("/dev/null");
      expect(readdirSync(folder).sort()).toEqual(["link.pem", "pipe"]);
    },
  );

  test.each([
    ["with this very key", (target: string) => writeFileSync(target, privateKey)],
    ["that is a placeholder", (target: string) => writeFileSync(target, "")],
    ["that is not there yet", () => {}],
  ])("a link to a file %s stays a link, and the file it leads to is written", async (_, prepare) => {
    const elsewhere = join(folder, "elsewhere");
    fs.mkdirSync(elsewhere);
    const target = join(elsewhere, "target");
    prepare(target);
    // Over another link, and relative.
    symlinkSync("elsewhere/target", join(folder, "near.pem"));
    const link = join(folder, "link.pem");
    symlinkSync("near.pem", link);
    expect(() => checkPrivateKeyFile(link, any)).not.toThrow();
    await write(link);
    expect(fs.readlinkSync(link)).toBe("near.pem");
    expect(readFileSync(target, "utf8")).toBe(privateKey);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(["elsewhere", "link.pem", "near.pem"]);
    expect(readdirSync(elsewhere)).toEqual(["target"]);
  });

  test("a link upwards starts from the real folder, as the kernel follows it", async () => {
    fs.mkdirSync(join(folder, "data/keys"), { recursive: true });
    fs.mkdirSync(join(folder, "project"));
    symlinkSync("../data/keys", join(folder, "project/keys"));
    symlinkSync("../target.pem", join(folder, "data/keys/link.pem"));
    const link = join(folder, "project/keys/link.pem");
    await write(link);
    expect(readFileSync(link, "utf8")).toBe(privateKey);
    expect(readdirSync(join(folder, "project"))).toEqual(["keys"]);
    // The key of somebody else stands where the link leads to.
    writeFileSync(join(folder, "data/target.pem"), other.privateKey);
    expect(() => checkPrivateKeyFile(link, () => false)).toThrow("holds another private key already");
  });

  test("a link through a linked folder and upwards goes up from the real one", async () => {
    fs.mkdirSync(join(folder, "releases/1"), { recursive: true });
    symlinkSync("releases/1", join(folder, "current"));
    const link = join(folder, "link.pem");
    symlinkSync("current/../target.pem", link);
    await write(link);
    expect(readFileSync(link, "utf8")).toBe(privateKey);
    expect(readdirSync(join(folder, "releases")).sort()).toEqual(["1", "target.pem"]);
  });

  test("links in a circle lead nowhere", async () => {
    symlinkSync("b.pem", join(folder, "a.pem"));
    symlinkSync("a.pem", join(folder, "b.pem"));
    await expect(write(join(folder, "a.pem"))).rejects.toThrow("its symbolic links lead in a circle.");
  });

  test("the old key behind a link is moved aside beside the file that the link leads to", async () => {
    const target = join(folder, "target.pem");
    writeFileSync(target, other.privateKey);
    symlinkSync(target, join(folder, "link.pem"));
    const { oldKeyMovedTo = "" } = await writePrivateKeyFile(join(folder, "link.pem"), privateKey, {
      comment: "web",
      isOldKey: isOther,
    });
    expect(readFileSync(oldKeyMovedTo, "utf8")).toBe(other.privateKey);
    expect(readFileSync(target, "utf8")).toBe(privateKey);
  });

  test("a key that another process writes into a placeholder meanwhile is never overwritten", async () => {
    writeFileSync(file, "");
    vi.mocked(fs.fsyncSync).mockImplementationOnce(() => writeFileSync(file, other.privateKey));
    await expect(write(file)).rejects.toThrow("holds another private key already");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("nor on a file system without links", async () => {
    writeFileSync(file, "");
    vi.mocked(fs.fsyncSync).mockImplementationOnce(() => writeFileSync(file, other.privateKey));
    vi.mocked(fs.linkSync).mockImplementationOnce(failing("EPERM"));
    await expect(write(file)).rejects.toThrow("holds another private key already");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("nor by another process that looks for what killed runs left, if the key is old", async () => {
    writeFileSync(file, "");
    const hourAgo = new Date(Date.now() - 3_600_000);
    vi.mocked(fs.fsyncSync).mockImplementationOnce(() => {
      writeFileSync(file, other.privateKey);
      fs.utimesSync(file, hourAgo, hourAgo);
    });
    const { renameSync } = await vi.importActual<typeof fs>("node:fs");
    vi.mocked(fs.renameSync).mockImplementationOnce((from, to) => {
      renameSync(from, to);
      removeStaleFiles(file);
    });
    await expect(write(file)).rejects.toThrow("holds another private key already");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("where it cannot be put back, the error says where it is", async () => {
    writeFileSync(file, "");
    vi.mocked(fs.fsyncSync).mockImplementationOnce(() => writeFileSync(file, other.privateKey));
    vi.mocked(fs.linkSync).mockImplementationOnce(failing("EIO"));
    const error: unknown = await write(file).catch((reason: unknown) => reason);
    const [away = ""] = readdirSync(folder);
    expect(readFileSync(join(folder, away), "utf8")).toBe(other.privateKey);
    expect(String(error)).toContain(
      `cannot write ${file}: EIO. What was in it is in ${join(folder, away)} now.`,
    );
  });

  test("the key of the replaced pair is moved aside, and nothing is lost", async () => {
    writeFileSync(file, other.privateKey, { mode: 0o600 });
    const { oldKeyMovedTo = "" } = await writePrivateKeyFile(file, privateKey, {
      comment: "web",
      isOldKey: isOther,
    });
    expect(oldKeyMovedTo).toMatch(/web\.pem\.old-[A-Za-z0-9]{8}$/);
    expect(readFileSync(oldKeyMovedTo, "utf8")).toBe(other.privateKey);
    expect(statSync(oldKeyMovedTo).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(privateKey);
  });

  test("where the new key cannot be written after that, the error says where the old one is", async () => {
    writeFileSync(file, other.privateKey);
    vi.mocked(fs.linkSync).mockImplementationOnce(failing("ENOSPC"));
    const rotation = writePrivateKeyFile(file, privateKey, { comment: "web", isOldKey: isOther });
    const error: unknown = await rotation.catch((reason: unknown) => reason);
    const [aside = ""] = readdirSync(folder);
    expect(readFileSync(join(folder, aside), "utf8")).toBe(other.privateKey);
    expect(String(error)).toContain(
      `cannot write ${file}: the disk is full. What was in it is in ${join(folder, aside)} now.`,
    );
  });

  test("what is where it would be moved to is never overwritten", async () => {
    writeFileSync(file, other.privateKey);
    const rotate = () => writePrivateKeyFile(file, privateKey, { comment: "web", isOldKey: isOther });
    const { oldKeyMovedTo: aside = "" } = await rotate();
    writeFileSync(file, other.privateKey);
    writeFileSync(aside, "a letter");
    await expect(rotate()).rejects.toThrow(`${aside} is there already and holds no private key`);
    expect(readFileSync(aside, "utf8")).toBe("a letter");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
  });
});

describe("a failure leaves nothing behind", () => {
  test.each([
    [fs.writeFileSync, "ENOSPC", "the disk is full"],
    [fs.fsyncSync, "EIO", "EIO"],
    [fs.linkSync, "EROFS", "the file system is read-only"],
  ])("of %o (%s)", async (call, code, reason) => {
    vi.mocked<(...args: never) => void>(call).mockImplementationOnce(failing(code));
    await expect(write(file)).rejects.toThrow(`cannot write ${file}: ${reason}.`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of the rename that takes the place of a link", async () => {
    vi.mocked(fs.linkSync).mockImplementationOnce(failing("EPERM"));
    vi.mocked(fs.renameSync).mockImplementationOnce(failing("EACCES"));
    await expect(write(file)).rejects.toThrow(`cannot write ${file}: permission denied.`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of a key that cannot be written as .ppk: the key is in no message", async () => {
    const broken = privateKey.replace(/\n.{64}\n(?=-----END)/, "\nAAAA\n");
    for (const path of [join(folder, "web.ppk"), file]) {
      try {
        await write(path, broken);
      } catch (error) {
        expect(String(error)).not.toContain(broken.slice(100, 150));
      }
    }
  });
});

test.each(["EPERM", "ENOTSUP", "ENOSYS"])(
  "a file system without links (%s) gets the file all the same",
  async (code) => {
    vi.mocked(fs.linkSync).mockImplementationOnce(failing(code));
    await write(file);
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  },
);

describe("the check before the cloud is called", () => {
  test("passes where the file can be written", async () => {
    expect(() => checkPrivateKeyFile(file, none)).not.toThrow();
    writeFileSync(file, "");
    expect(() => checkPrivateKeyFile(file, none)).not.toThrow();
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("finds a folder that is not there, or is none, and names the absolute path", async () => {
    const missing = join(folder, "keys", "web.pem");
    expect(() => checkPrivateKeyFile(missing, none)).toThrow(
      `cannot write ${missing}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.`,
    );
    writeFileSync(join(folder, "keys"), "");
    expect(() => checkPrivateKeyFile(missing, none)).toThrow(
      `cannot write ${missing}: a part of the path is no folder.`,
    );
  });

  test("finds a folder that cannot be written to", async () => {
    // The tests may run as root, who can.
    vi.mocked(fs.accessSync).mockImplementationOnce(failing("EACCES"));
    expect(() => checkPrivateKeyFile(file, none)).toThrow(`cannot write ${file}: permission denied.`);
  });

  test("knows what the file may hold", async () => {
    writeFileSync(file, other.privateKey);
    expect(() => checkPrivateKeyFile(file, none)).toThrow("holds another private key already");
    expect(() => checkPrivateKeyFile(file, (held) => held === fingerprint)).toThrow();
    expect(() => checkPrivateKeyFile(file, isOther)).not.toThrow();
    writeFileSync(file, "a letter");
    expect(() => checkPrivateKeyFile(file, any)).toThrow("holds no private key");
  });
});

describe("what a file holds", () => {
  test("as the cloud sent it, out of a .ppk file too", async () => {
    writeFileSync(file, convertPrivateKey(privateKey, "ppk", "web"));
    expect(heldKey(file)).toMatchObject({ holds: "key", fingerprint, privateKey });
    const ed25519 = ed25519Key("own");
    writeFileSync(file, convertPrivateKey(ed25519.privateKey, "ppk", "web"));
    expect(heldKey(file)).toMatchObject({ privateKey: expect.stringContaining("BEGIN OPENSSH PRIVATE KEY") });
  });

  test("the private key of a file with a passphrase cannot be taken from it", async () => {
    const text = convertPrivateKey(privateKey, "ppk", "web")
      .replace("File-3", "File-2")
      .replace("Encryption: none", "Encryption: aes256-cbc")
      .replace(/(?<=Private-Lines: \d+\r?\n)[^-]*?(?==*\r?\nPrivate)/, (body) => body.replace(/[A-Z]/g, "Q"))
      .replace(/Private-MAC: .*/, `Private-MAC: ${"0".repeat(40)}`);
    writeFileSync(file, text);
    expect(heldKey(file)).toMatchObject({ holds: "key", fingerprint, privateKey: undefined });
  });

  test("nothing, or something else", async () => {
    expect(heldKey(file)).toEqual({ holds: "nothing" });
    writeFileSync(file, "a letter");
    expect(heldKey(file)).toEqual({ holds: "something else" });
  });
});
