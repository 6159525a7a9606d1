import { findAlgorithm } from "./algorithms";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { cleanComment, type PublicKey } from "./public-key";
import { WireReader } from "./wire";

const MAGIC = Buffer.from("openssh-key-v1\0", "latin1");
/** Ciphers that authenticate keep their tag after the private half. */
const TAG_BYTES = 16;

/** How many fields stand between a private key's algorithm and its comment. */
const PRIVATE_FIELDS: { [type in PublicKey["type"]]?: number } = { rsa: 6, dsa: 5, ecdsa: 3, ed25519: 2 };

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
    comment: encrypted ? undefined : readComment(privateHalf),
  });
}

function readComment(privateHalf: Buffer): string | undefined {
  const reader = new WireReader(privateHalf, "private half");
  if (reader.uint32("the first check number") !== reader.uint32("the second check number")) {
    throw invalidKey("the OpenSSH private key is damaged: its check numbers differ");
  }
  const algorithm = findAlgorithm(reader.string("the name of its algorithm").toString("latin1"));
  const fields = algorithm && PRIVATE_FIELDS[algorithm.type];
  // The keys of security tokens have more than strings here.
  if (fields === undefined) return undefined;
  for (let field = 0; field < fields; field++) reader.string("a number");
  return cleanComment(reader.string("the comment").toString("utf8"));
}
