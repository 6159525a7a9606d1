import { createHash, createHmac } from "node:crypto";
import { decodeBase64, wrapBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { cleanComment, type PublicKey } from "./publicKey";
import { wireString } from "./wire";

/** The start of a .ppk file. The version follows. */
export const PPK_BEGIN = "PuTTY-User-Key-File-";

const LINE_CHARACTERS = 64;
const ONLY_PPK_2_AND_3 = "Load it in PuTTYgen (0.75 or later) and save it again.";

export interface Ppk {
  version: 2 | 3;
  algorithm: string;
  encryption: string;
  comment: string;
  publicBlob: Buffer;
  /** Encrypted, unless `encryption` is `none`. */
  privateBlob: Buffer;
}

/**
 * Reads PuTTY's private key file, versions 2 and 3. Checks the MAC over all parts when the file is not encrypted. https://the.earth.li/~sgtatham/putty/0.83/htmldoc/AppendixC.html
 */
export function readPpk(text: string): Ppk {
  const reader = new PpkReader(text.split(/\r\n|\r|\n/));
  const version = reader.version();
  const algorithm = reader.algorithm;
  const encryption = reader.header("Encryption");
  const comment = reader.header("Comment", { mayBeEmpty: true });
  const publicBlob = reader.base64("Public-Lines");
  if (version === 3 && encryption !== "none") {
    for (const name of [
      "Key-Derivation",
      "Argon2-Memory",
      "Argon2-Passes",
      "Argon2-Parallelism",
      "Argon2-Salt",
    ]) {
      reader.header(name);
    }
  }
  const privateBlob = reader.base64("Private-Lines");
  const mac = reader.header("Private-MAC");
  reader.end();

  const ppk: Ppk = { version, algorithm, encryption, comment, publicBlob, privateBlob };
  // PuTTY before 0.77 wrote comments in the code page of the machine. Bytes that were lost in decoding cannot be hashed.
  const isIntact = encryption !== "none" || comment.includes("\ufffd") || mac === messageCode(ppk);
  if (!isIntact) {
    throw invalidKey("the .ppk file is damaged: its Private-MAC does not fit its content");
  }
  return ppk;
}

/** The public half, which neither version encrypts. */
export function publicHalfOfPpk(ppk: Ppk): PublicKey {
  const key = publicKeyOf(ppk.publicBlob, { format: "ppk", comment: cleanComment(ppk.comment) });
  if (key.algorithm !== ppk.algorithm) {
    throw invalidKey(
      `the .ppk file is damaged: its first line does not name ${key.algorithm}, the type of the key inside`,
    );
  }
  return key;
}

/** How a .ppk file is encrypted. */
export interface PpkEncryption {
  cipher: string;
  /** The headers of the key derivation, without line ends. */
  headers: string[];
  blockBytes: number;
  encrypt: (privateBlob: Buffer) => Buffer;
  macKey: Buffer;
}

/** A .ppk file of version 3, which needs PuTTY 0.75 (May 2021) or later. Encrypted only when `encryption` says how. */
export function writePpk(
  {
    algorithm,
    comment,
    publicBlob,
    privateBlob,
  }: Pick<Ppk, "algorithm" | "comment" | "publicBlob" | "privateBlob">,
  encryption?: PpkEncryption,
): string {
  const padded = encryption ? padToBlock(privateBlob, encryption.blockBytes) : privateBlob;
  const content: Ppk = {
    version: 3,
    algorithm,
    encryption: encryption?.cipher ?? "none",
    comment,
    publicBlob,
    privateBlob: padded,
  };
  const publicLines = wrapBase64(publicBlob, LINE_CHARACTERS);
  const privateLines = wrapBase64(encryption?.encrypt(padded) ?? padded, LINE_CHARACTERS);
  return [
    `${PPK_BEGIN}${content.version}: ${algorithm}`,
    `Encryption: ${content.encryption}`,
    `Comment: ${comment}`,
    `Public-Lines: ${publicLines.length}`,
    ...publicLines,
    ...(encryption?.headers ?? []),
    `Private-Lines: ${privateLines.length}`,
    ...privateLines,
    `Private-MAC: ${messageCode(content, encryption?.macKey)}`,
    "",
  ].join("\n");
}

/** PuTTY pads with the first bytes of the SHA-1 hash of the data, so that equal keys give equal files. */
function padToBlock(privateBlob: Buffer, blockBytes: number): Buffer {
  const missing = (blockBytes - (privateBlob.length % blockBytes)) % blockBytes;
  return Buffer.concat([privateBlob, createHash("sha1").update(privateBlob).digest().subarray(0, missing)]);
}

/** The MAC of Appendix C.3 and, for version 2, C.5. It is over the private half before its encryption. */
function messageCode(
  { version, algorithm, encryption, comment, publicBlob, privateBlob }: Ppk,
  macKey?: Buffer,
): string {
  const mac =
    version === 3
      ? createHmac("sha256", macKey ?? "")
      : createHmac("sha1", createHash("sha1").update("putty-private-key-file-mac-key").digest());
  for (const part of [algorithm, encryption, comment, publicBlob, privateBlob]) mac.update(wireString(part));
  return mac.digest("hex");
}

class PpkReader {
  #next = 0;
  algorithm = "";

  constructor(private readonly lines: string[]) {}

  version(): 2 | 3 {
    const [, version, algorithm] = /^PuTTY-User-Key-File-(\d+): *(\S+)$/.exec(this.#line()) ?? [];
    if (algorithm === undefined)
      throw invalidKey("the .ppk file is damaged: its first line is not that of a .ppk file");
    if (version !== "2" && version !== "3") {
      throw invalidKey("the version of the .ppk file is neither 2 nor 3", ONLY_PPK_2_AND_3);
    }
    this.algorithm = algorithm;
    return version === "2" ? 2 : 3;
  }

  header(name: string, { mayBeEmpty = false } = {}): string {
    const line = this.#line();
    const value = line.startsWith(`${name}:`) ? line.slice(name.length + 1).replace(/^ /, "") : undefined;
    if (value === undefined || (value === "" && !mayBeEmpty)) {
      throw invalidKey(`the .ppk file is damaged or cut short: "${name}" is not where it must be`);
    }
    return value;
  }

  base64(countName: string): Buffer {
    const count = Number(this.header(countName));
    const lines = this.lines.slice(this.#next, this.#next + count);
    if (!Number.isInteger(count) || lines.length < count) {
      throw invalidKey(`the .ppk file is cut short: it has fewer lines than "${countName}" says`);
    }
    this.#next += count;
    return decodeBase64(lines.join(""));
  }

  end(): void {
    if (this.lines.slice(this.#next).some((line) => line.trim() !== "")) {
      throw invalidKey("the .ppk file is damaged: it has text after its Private-MAC");
    }
  }

  #line(): string {
    return this.lines[this.#next++] ?? "";
  }
}
