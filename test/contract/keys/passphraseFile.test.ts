import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { heldKey, writePrivateKeyFile } from "../../../provider/core/privateKeyFile/write";
import { fingerprintSha256, readPublicKey } from "../../../provider/keys";
import { testFolder } from "../../unit/core/support/context";
import { rsaKey } from "../../unit/core/support/keys";

/* `privateKeyFile` with a passphrase, opened by the real ssh-keygen. */

/** What is written is looked at; it is really written. */
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return { ...real, writeFileSync: vi.fn(real.writeFileSync) };
});

const { privateKey, publicKey } = rsaKey("own");
const fingerprint = fingerprintSha256(readPublicKey(publicKey));
const other = rsaKey("another");
const write = (path: string, key = privateKey) => writePrivateKeyFile(path, key, { comment: "web" });

let folder: string;
let file: string;

beforeEach(() => {
  folder = testFolder();
  file = join(folder, "web.pem");
});

describe("with a passphrase", () => {
  const passphrase = "correct horse battery";
  const encrypted = (path: string, isNewPassphrase = false, words = passphrase) =>
    writePrivateKeyFile(path, privateKey, { comment: "web", passphrase: words, isNewPassphrase });
  /** Tells whether ssh-keygen opens the file. Its output holds the public key only. */
  const opens = (path: string, words: string) =>
    spawnSync("ssh-keygen", ["-y", "-P", words, "-f", path], { encoding: "utf8" }).stdout.includes(
      publicKey.split(" ")[1] ?? "",
    );

  test("the file is encrypted from its first byte on, in OpenSSH's format or PuTTY's", async () => {
    await encrypted(file);
    expect(readFileSync(file, "utf8")).toContain("BEGIN OPENSSH PRIVATE KEY");
    expect(opens(file, passphrase)).toBe(true);
    expect(opens(file, "another")).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const ppk = join(folder, "web.ppk");
    await encrypted(ppk);
    expect(readFileSync(ppk, "utf8")).toMatch(/^PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\n/);
    for (const path of [file, ppk])
      expect(heldKey(path)).toMatchObject({ fingerprint, privateKey: undefined });
    for (const [, contents] of vi.mocked(fs.writeFileSync).mock.calls.slice(-2))
      expect(String(contents)).not.toContain(privateKey.split("\n")[5]);
  });

  test("a file that holds the key is written again only when it must be encrypted otherwise", async () => {
    await write(file);
    await encrypted(file);
    expect(opens(file, passphrase)).toBe(true);
    const before = readFileSync(file, "utf8");
    await encrypted(file);
    expect(readFileSync(file, "utf8")).toBe(before);
    await encrypted(file, true, "a new one");
    expect([opens(file, passphrase), opens(file, "a new one")]).toEqual([false, true]);
    // Who encrypts the file without the program keeps the passphrase.
    await write(file);
    expect(opens(file, "a new one")).toBe(true);
    await writePrivateKeyFile(file, privateKey, { comment: "web", isNewPassphrase: true });
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(readdirSync(folder)).toEqual(["web.pem"]);
  });

  test("is in no error, whatever fails", async () => {
    writeFileSync(join(folder, "others.pem"), other.privateKey);
    for (const [path, key] of [
      [join(folder, "none/web.pem"), privateKey],
      [join(folder, "others.pem"), privateKey],
      [folder, privateKey],
      [file, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"],
    ] as const) {
      const error: unknown = await writePrivateKeyFile(path, key, { comment: "web", passphrase }).catch(
        (caught) => caught,
      );
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(passphrase);
    }
  });

  test("another key is not overwritten either", async () => {
    writeFileSync(file, other.privateKey);
    await expect(encrypted(file, true)).rejects.toThrow("holds another private key already");
    expect(readFileSync(file, "utf8")).toBe(other.privateKey);
  });
});
