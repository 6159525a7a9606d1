import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import { convertPrivateKey, publicKeyOfPrivateKey } from "../../../provider/keys";
import { bodyOf, mpint, ppkBody, wire } from "./wireForm";

/** Properties of keys with zero bytes at the ends of their numbers: a few in each unit test run, thousands in the contract. */

/** Zero bytes that are forced to stand at the two ends of a value: the more, the rarer, and none must be lost. */
const zeros = fc.constantFrom(0, 1, 2, 7);

function withZeroEnds(length: number, most?: Buffer): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      fc.uint8Array({ minLength: length, maxLength: length }),
      zeros,
      zeros,
      fc.integer({ min: 1, max: 127 }),
    )
    .map(([bytes, before, after, middle]) => {
      const value = Buffer.from(bytes)
        .fill(0, 0, before)
        .fill(0, length - after);
      // One byte that is not zero, and values below the order of the curve.
      value[Math.floor(length / 2)] = middle;
      if (most !== undefined && before === 0) value[0] = (value[0] ?? 0) % (most[0] ?? 1);
      return value;
    });
}

/** RFC 8410, section 7. */
export function ed25519Pem(seed: Buffer): string {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
}

/** Seeds keep their 32 bytes in every form. */
export function checkEd25519Seeds(numRuns: number): void {
  fc.assert(
    fc.property(withZeroEnds(32), (seed) => {
      const pem = ed25519Pem(seed);
      const point = createPublicKey(createPrivateKey(pem))
        .export({ format: "der", type: "spki" })
        .subarray(-32);
      const openssh = convertPrivateKey(pem, "openssh");
      const ppk = convertPrivateKey(openssh, "ppk");

      expect(publicKeyOfPrivateKey(ppk).blob.equals(wire("ssh-ed25519", point))).toBe(true);
      expect(bodyOf(openssh).includes(wire("ssh-ed25519", point, Buffer.concat([seed, point])))).toBe(true);
      expect(ppkBody(ppk).equals(wire(seed))).toBe(true);
      // A secret is compared as a boolean, so that a failing test does not print it.
      expect(convertPrivateKey(ppk, "pem") === pem).toBe(true);
      expect(convertPrivateKey(openssh, "pem") === pem).toBe(true);
    }),
    { numRuns },
  );
}

export const CURVES = [
  { bits: 256, curve: "prime256v1", order: "ffffffff" },
  { bits: 384, curve: "secp384r1", order: "ffffffff" },
  { bits: 521, curve: "secp521r1", order: "01ff" },
];

/** Scalars are as long as each form has them, and points have the length of the curve. */
export function checkEcdsaScalars({ bits, curve, order }: (typeof CURVES)[number], numRuns: number): void {
  const length = Math.ceil(bits / 8);
  fc.assert(
    fc.property(withZeroEnds(length, Buffer.from(order, "hex")), (scalar) => {
      const { pem, point } = ecdsaKey(scalar, bits, curve);
      const openssh = convertPrivateKey(pem, "openssh");
      const ppk = convertPrivateKey(openssh, "ppk");
      const name = `nistp${bits}`;

      expect(publicKeyOfPrivateKey(ppk).blob.equals(wire(`ecdsa-sha2-${name}`, name, point))).toBe(true);
      expect(bodyOf(openssh).includes(wire(`ecdsa-sha2-${name}`, name, point, mpint(scalar)))).toBe(true);
      expect(ppkBody(ppk).equals(wire(mpint(scalar)))).toBe(true);
      // SEC1 (RFC 5915, section 3): an OCTET STRING of the field's length.
      const octets = Buffer.concat([Buffer.of(2, 1, 1, 4, length), scalar]);
      for (const text of [convertPrivateKey(ppk, "pem"), convertPrivateKey(openssh, "pem")]) {
        expect(bodyOf(text).includes(octets)).toBe(true);
      }
    }),
    { numRuns },
  );
}

function ecdsaKey(scalar: Buffer, bits: number, curve: string): { pem: string; point: Buffer } {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const length = Math.ceil(bits / 8);
  const jwk = {
    kty: "EC",
    crv: `P-${bits}`,
    x: point.subarray(1, 1 + length).toString("base64url"),
    y: point.subarray(1 + length).toString("base64url"),
    d: scalar.toString("base64url"),
  };
  const pem = createPrivateKey({ key: jwk, format: "jwk" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
  return { pem, point };
}
