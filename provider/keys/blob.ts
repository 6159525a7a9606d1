import { type Algorithm, findAlgorithm, refusedAlgorithm, showAlgorithm } from "./algorithms";
import { decodeBase64, isUnpadded } from "./base64";
import { readCertificateRest } from "./certificate";
import { invalidKey } from "./invalid";
import { readParameters } from "./parameters";
import type { PublicKey, PublicKeyFormat } from "./publicKey";
import { readStrings, WireReader, wireNumber, wireString } from "./wire";

export interface DecodedBlob {
  algorithm: Algorithm;
  bits: number;
  /** The blob of the key without a certificate around it. Every number has its shortest form. */
  plainBlob: Buffer;
}

/** Reads a public key blob (RFC 4253, section 6.6) from its first to its last byte. Every public key is read by this. */
export function decodeBlob(blob: Buffer): DecodedBlob {
  const reader = new WireReader(blob, "blob");
  const name = reader.string("the name of its algorithm").toString("latin1");
  const algorithm = findAlgorithm(name);
  if (algorithm === undefined) throw unknownAlgorithm(name);
  reader.what = `${name} blob`;

  if (algorithm.certificate === "v01") reader.string("the nonce");
  const start = reader.offset;
  const bits = readParameters(reader, algorithm);
  const parameters = blob.subarray(start, reader.offset);
  if (algorithm.certificate !== undefined) readCertificateRest(reader, algorithm.certificate);
  reader.end();

  return {
    algorithm,
    bits,
    plainBlob: Buffer.concat([wireString(algorithm.plain), canonicalParameters(parameters, algorithm)]),
  };
}

/** OpenSSH accepts zero bytes before a number, and ignores them when it compares keys or makes a fingerprint. */
function canonicalParameters(parameters: Buffer, { type }: Algorithm): Buffer {
  if (type !== "rsa" && type !== "dsa") return parameters;
  return Buffer.concat(readStrings(parameters).map((number) => wireString(wireNumber(number))));
}

/** What is known about a key apart from its blob. */
export interface Found {
  format: PublicKeyFormat;
  comment?: string | undefined;
}

/** Reads the public key from the Base64 of its blob. */
export function publicKeyOfBase64(base64: string, found: Found): PublicKey {
  // When a key was cut off, the blob tells more precisely than the Base64 what is missing.
  if (isUnpadded(base64)) decodeBlob(Buffer.from(base64, "base64"));
  return publicKeyOf(decodeBase64(base64), found);
}

export function publicKeyOf(blob: Buffer, found: Found): PublicKey {
  const { algorithm, bits, plainBlob } = decodeBlob(blob);
  const isCertificate = algorithm.certificate !== undefined;
  return {
    algorithm: algorithm.name,
    type: algorithm.type,
    bits,
    isCertificate,
    // The signature of a certificate is over the bytes as they are written.
    blob: isCertificate ? blob : plainBlob,
    ...(found.comment === undefined ? {} : { comment: found.comment }),
    format: found.format,
  };
}

function unknownAlgorithm(name: string): Error {
  const shown = showAlgorithm(name);
  return shown === "another"
    ? invalidKey("the key is damaged: its blob does not begin with the name of an algorithm")
    : refusedAlgorithm(shown);
}
