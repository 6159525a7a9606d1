import { ECDH } from "node:crypto";
import type { Algorithm, Curve } from "./algorithms";
import { isEd25519Point } from "./ed25519";
import { invalidKey } from "./invalid";
import { bigIntOf, countBytes, type WireReader } from "./wire";

/** OpenSSH refuses less than 1024 bits and more than 16384 (`SSH_RSA_MINIMUM_MODULUS_SIZE`, OpenSSL's `OPENSSL_RSA_MAX_MODULUS_BITS`). */
const RSA_BITS = { least: 1024, most: 16384 };
/** FIPS 186-5, section 5.4: e is odd and below 2^256. Small old exponents (3, 35, 37) are still in use. */
const RSA_EXPONENT_BITS = 256;
/** FIPS 186-4, section 4.2; ssh-dss itself (RFC 4253, section 6.6) has 1024 and 160. */
const DSA_BITS = { least: 1024, most: 3072 };
const DSA_ORDER_BITS: readonly number[] = [160, 224, 256];

const NEW_KEY = "Make a new key, for example with: ssh-keygen -t rsa -b 3072.";

/** Reads and checks the numbers of the key in a blob. Returns the size of the key in bits. */
export function readParameters(reader: WireReader, algorithm: Algorithm): number {
  switch (algorithm.type) {
    case "rsa":
      return readRsa(reader);
    case "dsa":
      return readDsa(reader);
    case "ecdsa":
      return readEcdsa(reader, algorithm);
    case "ed25519":
      return readEd25519(reader);
    case "sk-ecdsa": {
      const bits = readEcdsa(reader, algorithm);
      readApplication(reader);
      return bits;
    }
    case "sk-ed25519": {
      const bits = readEd25519(reader);
      readApplication(reader);
      return bits;
    }
  }
}

/** RFC 4253, section 6.6. */
function readRsa(reader: WireReader): number {
  const exponent = reader.positiveInteger("the exponent");
  const modulus = reader.positiveInteger("the modulus");
  const bits = bitLength(modulus);
  if (bits < RSA_BITS.least) {
    throw invalidKey(
      `an RSA key of ${bits} bits is too weak: ${RSA_BITS.least} is the least that SSH servers take`,
      NEW_KEY,
    );
  }
  if (bits > RSA_BITS.most) {
    throw invalidKey(
      `an RSA key of ${bits} bits is too large: ${RSA_BITS.most} is the most that SSH servers take`,
      NEW_KEY,
    );
  }
  if (!isOdd(modulus)) throw invalidKey("the key is damaged: its RSA modulus is even");
  if (!isOdd(exponent)) throw invalidKey("the key is damaged: its RSA exponent is even");
  if (exponent.length === 1 && exponent[0] === 1)
    throw invalidKey("the RSA exponent is 1, which protects nothing", NEW_KEY);
  if (bitLength(exponent) > RSA_EXPONENT_BITS) {
    throw invalidKey(
      `the key is damaged: its RSA exponent has ${bitLength(exponent)} bits, ${RSA_EXPONENT_BITS} is the most`,
    );
  }
  return bits;
}

/** RFC 4253, section 6.6. */
function readDsa(reader: WireReader): number {
  const p = reader.positiveInteger("the prime p");
  const q = reader.positiveInteger("the order q");
  const g = reader.positiveInteger("the generator g");
  const y = reader.positiveInteger("the public value y");
  const bits = bitLength(p);
  if (bits < DSA_BITS.least || bits > DSA_BITS.most) {
    throw invalidKey(
      `a DSA key has ${DSA_BITS.least} to ${DSA_BITS.most} bits, but this one has ${bits}`,
      NEW_KEY,
    );
  }
  if (!DSA_ORDER_BITS.includes(bitLength(q))) {
    throw invalidKey(
      `the key is damaged: its DSA order q has ${bitLength(q)} bits, not ${DSA_ORDER_BITS.join(", ")}`,
    );
  }
  const prime = bigIntOf(p);
  if ((prime - 1n) % bigIntOf(q) !== 0n)
    throw invalidKey("the key is damaged: its DSA order q does not divide p - 1");
  for (const [name, bytes] of [
    ["generator g", g],
    ["public value y", y],
  ] as const) {
    const value = bigIntOf(bytes);
    if (value <= 1n || value >= prime - 1n)
      throw invalidKey(`the key is damaged: its DSA ${name} is out of range`);
  }
  return bits;
}

/** RFC 5656, section 3.1. */
function readEcdsa(reader: WireReader, { curve, plain }: Algorithm): number {
  if (curve === undefined) throw new Error(`${plain} has no curve`);
  const named = reader.string("the curve").toString("latin1");
  if (named !== curve.name) {
    throw invalidKey(
      `the key is damaged: its algorithm is ${plain}, but the curve inside is ${/^nistp\d{3}$/.test(named) ? named : "another"}`,
    );
  }
  checkPoint(reader.string("the point"), curve);
  return curve.bits;
}

function checkPoint(point: Buffer, curve: Curve): void {
  const length = 1 + 2 * Math.ceil(curve.bits / 8);
  if (point[0] === 2 || point[0] === 3) {
    throw invalidKey(
      "the point of the ECDSA key is compressed, which SSH does not take",
      "Write the key with the uncompressed point, for example with ssh-keygen.",
    );
  }
  if (point.length !== length || point[0] !== 4) {
    throw invalidKey(
      `the key is damaged: its point has ${countBytes(point.length)}, but a point of ${curve.name} has ${length} and begins with 04`,
    );
  }
  try {
    ECDH.convertKey(point, curve.openssl, undefined, undefined, "uncompressed");
  } catch {
    throw invalidKey(`the key is damaged: its point is not on the curve ${curve.name}`);
  }
}

/** RFC 8709, section 4. */
function readEd25519(reader: WireReader): number {
  const point = reader.string("the public value");
  if (point.length !== 32) {
    throw invalidKey(`the key is damaged: an ed25519 key has 32 bytes, but this one has ${point.length}`);
  }
  if (!isEd25519Point(point))
    throw invalidKey("the key is damaged: its 32 bytes are not a usable point of edwards25519");
  return 256;
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f */
function readApplication(reader: WireReader): void {
  const application = reader.string("the application");
  if (application.length === 0) throw invalidKey("the key is damaged: its application is empty");
}

function isOdd(number: Buffer): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1;
}

function bitLength(magnitude: Buffer): number {
  return magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24;
}
