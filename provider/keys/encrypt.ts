import { createCipheriv, randomBytes } from "node:crypto";
import { readCompleteKey } from "./convert";
import { invalidKey } from "./invalid";
import { type OpenSshEncryption, writeOpenSshPrivateKey } from "./opensshPrivate";
import { type PpkEncryption, writePpk } from "./ppk";
import { ppkPrivateBlob } from "./privateValues";
import { cleanComment } from "./publicKey";
import { wireString, wireUint32 } from "./wire";

const SALT_BYTES = 16;
const AES_KEY_BYTES = 32;
const AES_BLOCK_BYTES = 16;
/** ssh-keygen's default since OpenSSH 9.4; about 0.3 s here. */
const BCRYPT_ROUNDS = 24;
/** PuTTYgen's memory in KiB and lanes. It takes as many passes as fit in 0.1 s, which are 13 to 21 on common machines. */
const ARGON2 = { memory: 8192, passes: 21, parallelism: 1 };
const PPK_MAC_KEY_BYTES = 32;

/**
 * The private key in OpenSSH's form or as .ppk of version 3, encrypted with the passphrase as ssh-keygen and PuTTYgen do it.
 * The key is read as `convertPrivateKey` reads it. Takes up to half a second. Throws `InvalidKey`, which holds no part of the
 * key or of the passphrase.
 */
export async function encryptPrivateKey(
  privateKey: string,
  form: "openssh" | "ppk",
  passphrase: string,
  comment?: string,
): Promise<string> {
  const problem = passphraseProblem(passphrase);
  if (problem) throw invalidKey(problem.reason, problem.next);
  const { publicKey, values } = readCompleteKey(privateKey);
  const name = cleanComment(comment) ?? publicKey.comment ?? "";
  if (form === "openssh") {
    return writeOpenSshPrivateKey(publicKey, values, name, openSshEncryption(passphrase));
  }
  const { algorithm, blob } = publicKey;
  const privateBlob = ppkPrivateBlob(publicKey.type, values);
  return writePpk(
    { algorithm, comment: name, publicBlob: blob, privateBlob },
    await ppkEncryption(passphrase),
  );
}

/** Why nobody could type the passphrase at a prompt, and so open the file; `undefined` if it can be used. */
export function passphraseProblem(passphrase: string): { reason: string; next: string } | undefined {
  if (passphrase === "") {
    return {
      reason: "the passphrase is empty",
      next: "Leave it out to write the private key without encryption.",
    };
  }
  if (!/[\0\r\n]/.test(passphrase)) return undefined;
  return {
    reason:
      "the passphrase holds a line end or a NUL character, which ssh and PuTTY cannot read from a prompt",
    next: "Remove it. A passphrase that was read from a file often ends with a line end.",
  };
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function openSshEncryption(passphrase: string): OpenSshEncryption {
  const salt = randomBytes(SALT_BYTES);
  const secret = Buffer.from(passphrase);
  const derived = Buffer.alloc(AES_KEY_BYTES + AES_BLOCK_BYTES);
  const { pbkdf } = loadBcryptPbkdf();
  if (pbkdf(secret, secret.length, salt, salt.length, derived, derived.length, BCRYPT_ROUNDS) !== 0) {
    throw invalidKey("the passphrase cannot be used", "Choose another passphrase.");
  }
  return {
    cipher: "aes256-ctr",
    kdf: "bcrypt",
    kdfOptions: Buffer.concat([wireString(salt), wireUint32(BCRYPT_ROUNDS)]),
    blockBytes: AES_BLOCK_BYTES,
    encrypt: (privateHalf) => encryptAes("aes-256-ctr", derived, privateHalf),
  };
}

/** Appendix C.4 of PuTTY's manual. */
async function ppkEncryption(passphrase: string): Promise<PpkEncryption> {
  const salt = randomBytes(SALT_BYTES);
  // Loaded only when needed: most programs encrypt nothing.
  const { argon2id } = await import("hash-wasm");
  const derived = Buffer.from(
    await argon2id({
      password: Buffer.from(passphrase),
      salt,
      memorySize: ARGON2.memory,
      iterations: ARGON2.passes,
      parallelism: ARGON2.parallelism,
      hashLength: AES_KEY_BYTES + AES_BLOCK_BYTES + PPK_MAC_KEY_BYTES,
      outputType: "binary",
    }),
  );
  return {
    cipher: "aes256-cbc",
    headers: [
      "Key-Derivation: Argon2id",
      `Argon2-Memory: ${ARGON2.memory}`,
      `Argon2-Passes: ${ARGON2.passes}`,
      `Argon2-Parallelism: ${ARGON2.parallelism}`,
      `Argon2-Salt: ${salt.toString("hex")}`,
    ],
    blockBytes: AES_BLOCK_BYTES,
    encrypt: (privateBlob) => encryptAes("aes-256-cbc", derived, privateBlob),
    macKey: derived.subarray(AES_KEY_BYTES + AES_BLOCK_BYTES),
  };
}

/** `derived` begins with the key and the initialisation vector. */
function encryptAes(cipher: "aes-256-ctr" | "aes-256-cbc", derived: Buffer, blocks: Buffer): Buffer {
  const vector = derived.subarray(AES_KEY_BYTES, AES_KEY_BYTES + AES_BLOCK_BYTES);
  const encrypt = createCipheriv(cipher, derived.subarray(0, AES_KEY_BYTES), vector).setAutoPadding(false);
  return Buffer.concat([encrypt.update(blocks), encrypt.final()]);
}

interface BcryptPbkdf {
  /** Fills `key`. Returns 0, or another number when an argument cannot be used. */
  pbkdf(
    passphrase: Buffer,
    passphraseLength: number,
    salt: Buffer,
    saltLength: number,
    key: Buffer,
    keyLength: number,
    rounds: number,
  ): number;
}

function loadBcryptPbkdf(): BcryptPbkdf {
  return require("bcrypt-pbkdf");
}
