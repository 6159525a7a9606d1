import { findAlgorithm } from "./algorithms";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { cleanComment, type PublicKey } from "./publicKey";
import { WireReader, wireString } from "./wire";

const MAGIC = Buffer.from("openssh-key-v1\0", "latin1");
/** Ciphers that authenticate keep their tag after the private half. */
const TAG_BYTES = 16;

/** How many fields stand between a private key's algorithm and its comment, and which of them are the public key. */
const PRIVATE_FIELDS: { [type in PublicKey["type"]]?: { count: number; publicKey: number[] } } = {
  rsa: { count: 6, publicKey: [1, 0] },
  dsa: { count: 5, publicKey: [0, 1, 2, 3] },
  ecdsa: { count: 3, publicKey: [0, 1] },
  ed25519: { count: 2, publicKey: [0] },
};

/**
 * The public half of an OpenSSH private key, which stands before the private half and is never encrypted. The comment is
 * part of the private half.
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function publicHalfOfOpenSsh(content: Buffer): PublicKey {
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalidKey("the OpenSSH private key is damaged: it does not begin with openssh-key-v1");
  }
  const reader = new WireReader(content.subarray(MAGIC.length), "OpenSSH private key");
  const encrypted = reader.string("the cipher").toString("latin1") !== "none";
  reader.string("the key derivation");
  reader.string("the options of the key derivation");
  const count = reader.uint32("the number of keys");
  if (count !== 1) throw invalidKey(`the OpenSSH private key file holds ${count} keys, a key pair has one`);
  const blob = reader.string("the public key");
  const privateHalf = reader.string("the private key");
  if (!(encrypted && reader.remaining === TAG_BYTES)) reader.end();
  return publicKeyOf(blob, {
    format: "openssh-private",
    comment: encrypted ? undefined : readComment(privateHalf, blob),
  });
}

/**
 * The comment comes after the private numbers, so it is believed only when everything around it is right: of a damaged file,
 * it could be a part of them.
 */
function readComment(privateHalf: Buffer, blob: Buffer): string | undefined {
  const reader = new WireReader(privateHalf, "private half");
  if (reader.uint32("the first check number") !== reader.uint32("the second check number")) {
    throw invalidKey("the OpenSSH private key is damaged: its check numbers differ");
  }
  const name = reader.string("the name of its algorithm");
  const algorithm = findAlgorithm(name.toString("latin1"));
  const layout = algorithm && PRIVATE_FIELDS[algorithm.type];
  // The keys of security tokens have other fields, and no private numbers.
  if (layout === undefined) return undefined;
  const fields = Array.from({ length: layout.count }, () => wireString(reader.string("a number")));
  const publicFields = layout.publicKey.map((index) => fields[index] ?? Buffer.alloc(0));
  if (!Buffer.concat([wireString(name), ...publicFields]).equals(blob)) {
    throw invalidKey("the OpenSSH private key is damaged: its halves are of different keys");
  }
  const comment = reader.string("the comment").toString("utf8");
  if (!isPadding(privateHalf.subarray(reader.offset))) {
    throw invalidKey("the OpenSSH private key is damaged: it does not end with its padding");
  }
  return cleanComment(comment);
}

/** 1, 2, 3… up to the cipher's block size, which is 8 for none and never more than 16. */
function isPadding(bytes: Buffer): boolean {
  return bytes.length < 16 && bytes.every((byte, index) => byte === index + 1);
}
