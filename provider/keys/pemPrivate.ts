import { createPrivateKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./base64";
import { checkDerLength, sequenceContent } from "./der";
import { invalidKey, orDamaged, WRITE_PUBLIC_HALF } from "./invalid";
import { formatPem, type PemBlock } from "./pem";
import { MAX_KEY_BYTES } from "./publicKey";

/** How Node names the form of the DER in a PEM block. */
const DER_TYPES: { [label: string]: "pkcs1" | "pkcs8" | "sec1" } = {
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
  "PRIVATE KEY": "pkcs8",
};

/**
 * The kinds of PKCS#8 that SSH has, by object identifier, with the most bytes that their DER may have. OpenSSL works out
 * the public half as it reads, which for a made-up DSA key takes it more than ten seconds: it must not begin with others.
 */
const PKCS8_KINDS: ReadonlyMap<string, number> = new Map([
  ["2a864886f70d010101", MAX_KEY_BYTES], // rsaEncryption
  ["2a8648ce380401", 1000], // id-dsa: 860 bytes at 3072 bits
  ["2a8648ce3d0201", MAX_KEY_BYTES], // id-ecPublicKey
  ["2b6570", MAX_KEY_BYTES], // id-Ed25519
]);

/** A PEM private key as OpenSSL reads it. Without its passphrase nothing of an encrypted one can be read. */
export function readPemPrivateKey({ label, headers, base64 }: PemBlock): KeyObject {
  if (label === "ENCRYPTED PRIVATE KEY" || headers.some((header) => header.includes("ENCRYPTED"))) {
    throw invalidKey(
      "the private key is encrypted, in a form whose public half cannot be read without the passphrase",
      WRITE_PUBLIC_HALF,
    );
  }
  const der = decodeBase64(base64);
  checkDerLength(der);
  if (label === "PRIVATE KEY" && der.length > (PKCS8_KINDS.get(pkcs8Algorithm(der)) ?? 0))
    throw unknownKind();
  const type = DER_TYPES[label];
  if (type === undefined && label !== "DSA PRIVATE KEY") throw unknownKind();
  return orDamaged(
    // Node reads the traditional form of DSA only as PEM.
    () => createPrivateKey(type ? { key: der, format: "der", type } : formatPem(label, der)),
    "the private key is damaged: OpenSSL cannot read it",
  );
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
