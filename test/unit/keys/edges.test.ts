import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertPrivateKey, publicKeyOfPrivateKey } from "../../../provider/keys";
import { material } from "./material";
import { bodyOf, mpint, ppkBody, wire, wireStrings, withOpenSshValues, withPpkBody } from "./wireForm";

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
function ed25519Pem(seed: Buffer): string {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
}

test("2000 ed25519 seeds keep the zero bytes at both ends in every form", () => {
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
      // PuTTY writes a little-endian number: nothing is lost at its start, the zeros at its end go.
      const [number = Buffer.alloc(0)] = wireStrings(ppkBody(ppk));
      expect(number.equals(seed.subarray(0, number.length))).toBe(true);
      expect(number.at(-1)).not.toBe(0);
      // A secret is compared as a boolean, so that a failing test does not print it.
      expect(convertPrivateKey(ppk, "pem") === pem).toBe(true);
      expect(convertPrivateKey(openssh, "pem") === pem).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  { bits: 256, curve: "prime256v1", order: "ffffffff", runs: 400 },
  { bits: 384, curve: "secp384r1", order: "ffffffff", runs: 60 },
  { bits: 521, curve: "secp521r1", order: "01ff", runs: 60 },
])("ECDSA $bits: scalars and points keep their length in every form", ({ bits, curve, order, runs }) => {
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
    { numRuns: runs },
  );
});

describe.each(material.filter(({ name }) => name !== "ed25519"))(
  "numbers of $name with needless zeros",
  ({ name, pem }) => {
    const pkcs8 = pem["pkcs8"] ?? "";
    const canonical = (text: string) => convertPrivateKey(text, "pem") === convertPrivateKey(pkcs8, "pem");
    const widen = (value: Buffer) => Buffer.concat([Buffer.alloc(2), value]);

    test("are read from OpenSSH's form", () => {
      const wide = withOpenSshValues(convertPrivateKey(pkcs8, "openssh"), (values) =>
        name.startsWith("ecdsa") ? [...values.slice(0, 2), ...values.slice(2).map(widen)] : values.map(widen),
      );
      expect(canonical(wide)).toBe(true);
    });

    test("are read from .ppk", () => {
      const ppk = convertPrivateKey(pkcs8, "ppk");
      expect(canonical(withPpkBody(ppk, wire(...wireStrings(ppkBody(ppk)).map(widen))))).toBe(true);
    });
  },
);

test("an ed25519 seed is read from OpenSSH's form without its last zeros, as PuTTYgen exports it", () => {
  const pem = ed25519Pem(Buffer.concat([Buffer.alloc(30, 7), Buffer.alloc(2)]));
  const short = withOpenSshValues(convertPrivateKey(pem, "openssh"), ([point = Buffer.alloc(0)]) => [
    point,
    Buffer.concat([Buffer.alloc(30, 7), point]),
  ]);
  expect(convertPrivateKey(short, "pem") === pem).toBe(true);
});

describe("PKCS#8 of version 2, which holds the public key too", () => {
  const seed = Buffer.alloc(32, 7);
  const point = createPublicKey(createPrivateKey(ed25519Pem(seed)))
    .export({ format: "der", type: "spki" })
    .subarray(-32);
  const version2 = (publicKey: Buffer, attributes = Buffer.alloc(0)) => {
    const content = Buffer.concat([
      Buffer.from("020101300506032b657004220420", "hex"),
      seed,
      attributes,
      Buffer.from("812100", "hex"),
      publicKey,
    ]);
    const der = Buffer.concat([Buffer.of(0x30, content.length), content]);
    return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
  };

  test("is read on every Node, with attributes or without, and written as version 1", () => {
    for (const text of [version2(point), version2(point, Buffer.from("a000", "hex"))]) {
      expect(convertPrivateKey(text, "pem") === ed25519Pem(seed)).toBe(true);
    }
  });

  test("is refused with another public key", () => {
    expect(() => publicKeyOfPrivateKey(version2(Buffer.alloc(32, 1)))).toThrow(
      "the private key is damaged: its halves are of different keys. Copy the whole key again from the file it came from.",
    );
  });
});

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
