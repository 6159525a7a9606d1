import { expect, test } from "vitest";
import {
  convertPrivateKey,
  encryptPrivateKey,
  isPrivateKeyText,
  publicKeyOfPrivateKey,
} from "../../../provider/keys";
import { materialOf, PASSPHRASE } from "./material";

const { pem, publicKey } = materialOf("ed25519");
const privateKey = pem["pkcs8"] ?? "";

test("the public half of an encrypted OpenSSH key is read without the passphrase, the private half is not", async () => {
  const text = await encryptPrivateKey(privateKey, "openssh", PASSPHRASE, "a comment");
  expect(publicKeyOfPrivateKey(text)).toEqual({ ...publicKey, format: "openssh-private" });
  expect(isPrivateKeyText(text)).toBe(true);
  expect(() => convertPrivateKey(text, "pem")).toThrow(
    "the private key is encrypted with a passphrase, so it cannot be written in another form",
  );
});

test("the public half and the comment of an encrypted .ppk are read without the passphrase, the private half is not", async () => {
  const text = await encryptPrivateKey(privateKey, "ppk", PASSPHRASE, "a comment");
  expect(publicKeyOfPrivateKey(text)).toEqual({ ...publicKey, comment: "a comment", format: "ppk" });
  expect(text.split("\n").filter((line) => /^(Encryption|Key-Derivation|Argon2-[MP])/.test(line))).toEqual([
    "Encryption: aes256-cbc",
    "Key-Derivation: Argon2id",
    "Argon2-Memory: 8192",
    "Argon2-Passes: 21",
    "Argon2-Parallelism: 1",
  ]);
  expect(() => convertPrivateKey(text, "pem")).toThrow(
    "the private key is encrypted with a passphrase, so it cannot be written in another form",
  );
});

test("no two files share a salt or a byte of their private half", async () => {
  const [one, two] = await Promise.all(
    [0, 1].map(() => encryptPrivateKey(privateKey, "ppk", PASSPHRASE, "a comment")),
  );
  const secretLines = (text = "") =>
    text.split("\n").filter((line) => /Salt|MAC|^[A-Za-z0-9+/=]{60,}$/.test(line));
  expect(secretLines(one).filter((line) => secretLines(two).includes(line))).toEqual(
    secretLines(one).filter((line) => publicKey.blob.toString("base64").startsWith(line)),
  );
});

test.each([
  ["", "the passphrase is empty. Leave it out to write the private key without encryption."],
  [
    "correct horse\n",
    "the passphrase holds a line end or a NUL character, which ssh and PuTTY cannot read from a prompt. Remove it. A passphrase that was read from a file often ends with a line end.",
  ],
])("the passphrase %j is refused", async (passphrase, message) => {
  for (const form of ["openssh", "ppk"] as const) {
    await expect(encryptPrivateKey(privateKey, form, passphrase)).rejects.toThrow(
      expect.objectContaining({ code: "InvalidKey", message }),
    );
  }
});
