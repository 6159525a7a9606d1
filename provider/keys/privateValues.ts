import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { findAlgorithm } from "./algorithms";
import { invalidKey } from "./invalid";
import type { Ppk } from "./ppk";
import type { PublicKey } from "./publicKey";
import { loadSshpk } from "./sshpk";
import { bigIntOf, magnitude, readStrings, wireNumber, wireString } from "./wire";

/*
 * The values of a private key after the name of its algorithm, as OpenSSH and PuTTY (its Appendix C.2) order them:
 *
 *            OpenSSH                  PuTTY, public       PuTTY, private
 *   rsa      n, e, d, iqmp, p, q      e, n                d, p, q, iqmp
 *   dsa      p, q, g, y, x            p, q, g, y          x
 *   ecdsa    curve, Q, d              curve, Q            d
 *   ed25519  A, k followed by A       A                   k
 */

/**
 * The values in OpenSSH's order, each in its one form: numbers of RSA, DSA and ECDSA as the shortest mpint (RFC 4251,
 * section 5), the seed k and the point A of ed25519 as 32 bytes each.
 */
export type PrivateValues = readonly Buffer[];

const ED25519_BYTES = 32;

/** Puts values in OpenSSH's order into their one form: other tools drop or add zero bytes at the ends of numbers. */
export function canonicalValues(type: PublicKey["type"], values: readonly Buffer[]): PrivateValues {
  switch (type) {
    case "rsa":
    case "dsa":
      return values.map(wireNumber);
    case "ecdsa":
      return [valueAt(values, 0), valueAt(values, 1), wireNumber(valueAt(values, 2))];
    case "ed25519":
      return ed25519Values(valueAt(values, 0), valueAt(values, 1));
    default:
      throw invalidKey("a key of a security token has no private half that could be converted");
  }
}

export function valuesOfPpk(type: PublicKey["type"], ppk: Ppk): PrivateValues {
  const [, ...publicValues] = readStrings(ppk.publicBlob);
  const values = [...publicValues, ...readStrings(ppk.privateBlob)];
  switch (type) {
    case "rsa":
      return canonicalValues(type, pick(values, [1, 0, 2, 5, 3, 4]));
    case "ed25519":
      return canonicalValues(type, [valueAt(values, 0), Buffer.concat(pick(values, [1, 0]))]);
    default:
      return canonicalValues(type, values);
  }
}

/** The private half of a .ppk file before its encryption. */
export function ppkPrivateBlob(type: PublicKey["type"], values: PrivateValues): Buffer {
  switch (type) {
    case "rsa":
      return join(pick(values, [2, 4, 5, 3]));
    case "dsa":
      return join(pick(values, [4]));
    case "ecdsa":
      return join(pick(values, [2]));
    default:
      return wireString(valueAt(values, 1).subarray(0, ED25519_BYTES));
  }
}

/** The values of a key that OpenSSL has read. */
export function valuesOfKeyObject(key: KeyObject, { type, blob }: PublicKey): PrivateValues {
  const [, ...publicValues] = readStrings(blob);
  if (type === "dsa") {
    const pem = key.export({ type: "pkcs8", format: "pem" });
    const [, ...values] = readStrings(loadSshpk().parsePrivateKey(pem, "pkcs8").toBuffer("rfc4253"));
    return canonicalValues(type, values);
  }
  const jwk = key.export({ format: "jwk" });
  const member = (name: keyof JsonWebKey) => Buffer.from(String(jwk[name]), "base64url");
  switch (type) {
    case "rsa":
      return canonicalValues(type, (["n", "e", "d", "qi", "p", "q"] as const).map(member));
    case "ecdsa":
      return canonicalValues(type, [...publicValues, member("d")]);
    default:
      return canonicalValues(type, [...publicValues, Buffer.concat([member("d"), ...publicValues])]);
  }
}

/** PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 without the public key for ed25519, OpenSSL's traditional form for DSA. */
export function pemOfValues({ type, algorithm }: PublicKey, values: PrivateValues): string {
  if (type === "dsa") {
    const wire = Buffer.concat([wireString(algorithm), join(values)]);
    return loadSshpk().parsePrivateKey(wire, "rfc4253").toString("pkcs1");
  }
  const form = type === "rsa" ? "pkcs1" : type === "ecdsa" ? "sec1" : "pkcs8";
  const key = createPrivateKey({ key: jwkOf(type, algorithm, values), format: "jwk" });
  return key.export({ type: form, format: "pem" }).toString();
}

function jwkOf(type: PublicKey["type"], algorithm: string, values: PrivateValues): JsonWebKey {
  if (type === "rsa") return rsaJwk(values);
  if (type === "ecdsa") return ecdsaJwk(algorithm, values);
  const [point, seedAndPoint] = [valueAt(values, 0), valueAt(values, 1)];
  const seed = seedAndPoint.subarray(0, ED25519_BYTES);
  return { kty: "OKP", crv: "Ed25519", x: point.toString("base64url"), d: seed.toString("base64url") };
}

/** OpenSSH and PuTTY leave out d mod (p - 1) and d mod (q - 1), which PEM has. */
function rsaJwk(values: PrivateValues): JsonWebKey {
  const [n = 0n, e = 0n, d = 0n, qi = 0n, p = 0n, q = 0n] = values.map(bigIntOf);
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const members = Object.entries(numbers).map(([name, value]) => [name, base64Url(value)]);
  return { kty: "RSA", ...Object.fromEntries(members) };
}

/** RFC 7518, section 6.2: every member has the length of the curve's field. */
function ecdsaJwk(algorithm: string, values: PrivateValues): JsonWebKey {
  const bits = findAlgorithm(algorithm)?.curve?.bits ?? 0;
  const length = Math.ceil(bits / 8);
  const point = valueAt(values, 1);
  return {
    kty: "EC",
    crv: `P-${bits}`,
    x: point.subarray(1, 1 + length).toString("base64url"),
    y: point.subarray(1 + length).toString("base64url"),
    d: withZerosBefore(magnitude(valueAt(values, 2)), length).toString("base64url"),
  };
}

/**
 * `seedAndPoint` is the seed and the point. PuTTY's code takes the seed for a little-endian number, so a file may lack the zero
 * bytes at the seed's end, or have more of them.
 */
function ed25519Values(point: Buffer, seedAndPoint: Buffer): PrivateValues {
  const end = seedAndPoint.length - point.length;
  const seed = withoutZerosAtEnd(seedAndPoint.subarray(0, Math.max(end, 0)));
  if (end < 0 || !seedAndPoint.subarray(end).equals(point) || seed.length > ED25519_BYTES) {
    throw invalidKey("the private key is damaged: its halves are of different keys");
  }
  const fullSeed = Buffer.concat([seed, Buffer.alloc(ED25519_BYTES - seed.length)]);
  return [point, Buffer.concat([fullSeed, point])];
}

function withoutZerosAtEnd(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

function withZerosBefore(bytes: Buffer, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(length - bytes.length, 0)), bytes]);
}

function base64Url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

function pick(values: readonly Buffer[], order: number[]): Buffer[] {
  return order.map((index) => valueAt(values, index));
}

function join(values: readonly Buffer[]): Buffer {
  return Buffer.concat(values.map(wireString));
}

function valueAt(values: readonly Buffer[], index: number): Buffer {
  const value = values[index];
  if (value === undefined) throw invalidKey("the private key is damaged: one of its numbers is missing");
  return value;
}
