import { createPrivateKey, createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { convertPrivateKey, publicKeyOfPrivateKey } from "../../../provider/keys";
import { CURVES, checkEcdsaScalars, checkEd25519Seeds, ed25519Pem } from "./edges";
import { material } from "./material";
import { ppkBody, wire, wireStrings, withOpenSshValues, withPpkBody } from "./wireForm";

test("ed25519 seeds with zero bytes at both ends keep them in every form", () => checkEd25519Seeds(200));

test.each(CURVES)("ECDSA $bits: scalars and points keep their length in every form", (curve) => {
  checkEcdsaScalars(curve, 20);
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

test.each([30, 31, 33])(
  "an ed25519 seed is read at its length where %i bytes of it were written",
  (length) => {
    const start = Buffer.alloc(30, 7);
    const pem = ed25519Pem(Buffer.concat([start, Buffer.alloc(2)]));
    const written = Buffer.concat([start, Buffer.alloc(length - 30)]);
    const openssh = withOpenSshValues(convertPrivateKey(pem, "openssh"), ([point = Buffer.alloc(0)]) => [
      point,
      Buffer.concat([written, point]),
    ]);
    expect(convertPrivateKey(openssh, "pem") === pem).toBe(true);
    const ppk = withPpkBody(convertPrivateKey(pem, "ppk"), wire(written));
    expect(convertPrivateKey(ppk, "pem") === pem).toBe(true);
  },
);

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
