import { createHash, randomBytes } from "node:crypto";
import { findAlgorithm } from "./algorithms";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { formatPem } from "./pem";
import { canonicalValues, type PrivateValues } from "./privateValues";
import { cleanComment, type PublicKey } from "./publicKey";
import { WireReader, wireString, wireUint32 } from "./wire";

export const OPENSSH_LABEL = "OPENSSH PRIVATE KEY";

const MAGIC = Buffer.from("openssh-key-v1\0", "latin1");
/** Ciphers that authenticate put a tag of this size after the private half. */
const TAG_BYTES = 16;
/** The line length of ssh-keygen. */
const LINE_CHARACTERS = 70;
/** The private half is padded to this multiple when it is not encrypted. */
const BLOCK_BYTES = 8;

/** How many values a private key has between its algorithm and its comment, and which of them make the public key. */
const LAYOUT: { [type in PublicKey["type"]]?: { count: number; publicKey: number[] } } = {
  rsa: { count: 6, publicKey: [1, 0] },
  dsa: { count: 5, publicKey: [0, 1, 2, 3] },
  ecdsa: { count: 3, publicKey: [0, 1] },
  ed25519: { count: 2, publicKey: [0] },
};

export interface OpenSshPrivateKey {
  publicKey: PublicKey;
  isEncrypted: boolean;
  /** Missing when the private half is encrypted, or belongs to a security token, which has no private numbers. */
  values?: PrivateValues;
}

/** How the private half of a file is encrypted. */
export interface OpenSshEncryption {
  cipher: string;
  kdf: string;
  kdfOptions: Buffer;
  blockBytes: number;
  encrypt: (privateHalf: Buffer) => Buffer;
}

/**
 * Reads an OpenSSH private key. The public half stands before the private half and is never encrypted; the comment is part
 * of the private half. https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function readOpenSshPrivateKey(content: Buffer): OpenSshPrivateKey {
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalidKey("the OpenSSH private key is damaged: it does not begin with openssh-key-v1");
  }
  const reader = new WireReader(content.subarray(MAGIC.length), "OpenSSH private key");
  const isEncrypted = reader.string("the cipher").toString("latin1") !== "none";
  reader.string("the key derivation");
  reader.string("the options of the key derivation");
  const count = reader.uint32("the number of keys");
  if (count !== 1)
    throw invalidKey(`the OpenSSH private key file holds ${count} keys, but a key pair has one`);
  const blob = reader.string("the public key");
  const privateHalf = reader.string("the private key");
  if (!(isEncrypted && reader.remaining === TAG_BYTES)) reader.end();
  const publicKey = publicKeyOf(blob, { format: "openssh-private" });
  if (isEncrypted) return { publicKey, isEncrypted };
  const { comment, values } = readPrivateHalf(privateHalf, publicKey.blob);
  return {
    publicKey: comment === undefined ? publicKey : { ...publicKey, comment },
    isEncrypted,
    ...(values === undefined ? {} : { values }),
  };
}

/**
 * An OpenSSH private key file, encrypted only when `encryption` says how. Without encryption the same key gives the same text:
 * a program that passes the text on must not see another one at every run.
 */
export function writeOpenSshPrivateKey(
  { algorithm, blob }: PublicKey,
  values: PrivateValues,
  comment: string,
  encryption?: OpenSshEncryption,
): string {
  // A reader compares the two to tell a wrong passphrase.
  const check = encryption ? randomBytes(4) : createHash("sha256").update(blob).digest().subarray(0, 4);
  const half = Buffer.concat([check, check, ...[algorithm, ...values, comment].map(wireString)]);
  const blockBytes = encryption?.blockBytes ?? BLOCK_BYTES;
  const padding = Buffer.from(
    Array.from({ length: (blockBytes - (half.length % blockBytes)) % blockBytes }, (_, index) => index + 1),
  );
  const padded = Buffer.concat([half, padding]);
  const content = Buffer.concat([
    MAGIC,
    wireString(encryption?.cipher ?? "none"),
    wireString(encryption?.kdf ?? "none"),
    wireString(encryption?.kdfOptions ?? ""),
    wireUint32(1),
    wireString(blob),
    wireString(encryption?.encrypt(padded) ?? padded),
  ]);
  return formatPem(OPENSSH_LABEL, content, LINE_CHARACTERS);
}

/**
 * The comment comes after the private numbers. It is believed only when everything around it is right: in a damaged file,
 * the bytes at its place could be a part of the numbers.
 */
function readPrivateHalf(
  privateHalf: Buffer,
  publicBlob: Buffer,
): { comment?: string | undefined; values?: PrivateValues } {
  const reader = new WireReader(privateHalf, "private half");
  if (reader.uint32("the first check number") !== reader.uint32("the second check number")) {
    throw invalidKey("the OpenSSH private key is damaged: its check numbers differ");
  }
  const name = reader.string("the name of its algorithm");
  const type = findAlgorithm(name.toString("latin1"))?.type;
  const layout = type && LAYOUT[type];
  if (type === undefined || layout === undefined) return {};
  const read = Array.from({ length: layout.count }, () => reader.string("a number"));
  const values = canonicalValues(type, read);
  const publicValues = layout.publicKey.map((index) => values[index] ?? Buffer.alloc(0));
  if (!Buffer.concat([name, ...publicValues].map(wireString)).equals(publicBlob)) {
    throw invalidKey("the OpenSSH private key is damaged: its halves are of different keys");
  }
  const comment = reader.string("the comment").toString("utf8");
  if (!isPadding(privateHalf.subarray(reader.offset))) {
    throw invalidKey("the OpenSSH private key is damaged: it does not end with its padding");
  }
  return { comment: cleanComment(comment), values };
}

/** Padding is 1, 2, 3… up to the block size of the cipher: 8 without a cipher, and never more than 16. */
function isPadding(bytes: Buffer): boolean {
  return bytes.length < 16 && bytes.every((byte, index) => byte === index + 1);
}
