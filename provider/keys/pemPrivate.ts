import { createPrivateKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./base64";
import { checkDerLength, sequenceContent } from "./der";
import { invalidKey, orDamaged, WRITE_PUBLIC_HALF } from "./invalid";
import { formatPem, type PemBlock } from "./pem";
import { MAX_KEY_BYTES } from "./publicKey";

const UNREADABLE = "the private key is damaged: OpenSSL cannot read it";

/** How Node names the form of the DER in a PEM block. */
const DER_TYPES: { [label: string]: "pkcs1" | "pkcs8" | "sec1" } = {
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
  "PRIVATE KEY": "pkcs8",
};

/**
 * The kinds of keys in PKCS#8 that OpenSSL may read, by object identifier, and the most bytes that their DER may have.
 * OpenSSL computes the public half while it reads, which takes it more than ten seconds for a made-up DSA key.
 */
const PKCS8_KINDS: ReadonlyMap<string, number> = new Map([
  ["2a864886f70d010101", MAX_KEY_BYTES], // rsaEncryption
  ["2a8648ce380401", 1000], // id-dsa: 860 bytes at 3072 bits
  ["2a8648ce3d0201", MAX_KEY_BYTES], // id-ecPublicKey
]);

/** The object identifier of id-Ed25519 (RFC 8410). */
const ED25519 = "2b6570";
/** PKCS#8 of version 1 (RFC 8410, section 7) up to the seed. */
const ED25519_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
/** The bytes before the seed inside the outer SEQUENCE: version, algorithm, and the heads of two OCTET STRINGs. */
const ED25519_BEFORE_SEED = /^0201(?:00|01)300506032b657004220420$/;
const SEED_BYTES = 32;
/** The head of the BIT STRING [1] that holds the public key, with which version 2 (RFC 5958) may end. */
const PUBLIC_KEY_HEAD = Buffer.from("812100", "hex");

/** Reads a PEM private key. Nothing of an encrypted one can be read without its passphrase. */
export function readPemPrivateKey({ label, headers, base64 }: PemBlock): KeyObject {
  if (label === "ENCRYPTED PRIVATE KEY" || headers.some((header) => header.includes("ENCRYPTED"))) {
    throw invalidKey(
      "the private key is encrypted, in a form whose public half cannot be read without the passphrase",
      WRITE_PUBLIC_HALF,
    );
  }
  const der = decodeBase64(base64);
  checkDerLength(der);
  if (label === "PRIVATE KEY" && pkcs8Algorithm(der) === ED25519) return readEd25519(der);
  if (label === "PRIVATE KEY" && der.length > (PKCS8_KINDS.get(pkcs8Algorithm(der)) ?? 0))
    throw unknownKind();
  const type = DER_TYPES[label];
  if (type === undefined && label !== "DSA PRIVATE KEY") throw unknownKind();
  return orDamaged(
    // Node reads the traditional form of DSA as PEM only.
    () => createPrivateKey(type ? { key: der, format: "der", type } : formatPem(label, der)),
    UNREADABLE,
  );
}

/**
 * Reads both versions of PKCS#8: the OpenSSL of Node before 22.20 takes only the first, and other tools write the second,
 * which holds the public key too.
 */
function readEd25519(der: Buffer): KeyObject {
  const content = sequenceContent(der);
  const start = ED25519_HEAD.length - 2;
  const seed = content.subarray(start, start + SEED_BYTES);
  const rest = withoutAttributes(content.subarray(start + SEED_BYTES));
  const key = orDamaged(() => {
    if (!ED25519_BEFORE_SEED.test(content.subarray(0, start).toString("hex"))) throw new Error();
    return createPrivateKey({ key: Buffer.concat([ED25519_HEAD, seed]), format: "der", type: "pkcs8" });
  }, UNREADABLE);
  if (rest.length === 0) return key;
  const { x } = key.export({ format: "jwk" });
  if (!rest.equals(Buffer.concat([PUBLIC_KEY_HEAD, Buffer.from(String(x), "base64url")]))) {
    throw invalidKey("the private key is damaged: its halves are of different keys");
  }
  return key;
}

/** Attributes [0] may stand between the private and the public key. */
function withoutAttributes(rest: Buffer): Buffer {
  return rest[0] === 0xa0 && (rest[1] ?? 0xff) < 0x80 ? rest.subarray(2 + (rest[1] ?? 0)) : rest;
}

/** The object identifier after the version (RFC 5208, section 5), in hexadecimal. */
function pkcs8Algorithm(der: Buffer): string {
  const algorithm = sequenceContent(sequenceContent(der).subarray(3));
  return algorithm.subarray(2, 2 + (algorithm[1] ?? 0)).toString("hex");
}

function unknownKind(): Error {
  return invalidKey(
    "the private key is of a kind that SSH does not have",
    "Use an RSA, ECDSA or ed25519 key.",
  );
}
