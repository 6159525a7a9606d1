import { createPrivateKey, type KeyObject } from "node:crypto";
import type { PrivateKey as SshpkPrivateKey } from "sshpk";
import { invalidKey } from "./invalid";
import { readPemPrivateKey } from "./pemPrivate";
import { readPpk, writePpk } from "./ppk";
import { openSshFields, ppkPrivateFields, readFields } from "./ppkFields";
import { privateKeySource, publicKeyOfPrivateKey } from "./privateKey";
import { cleanComment, type PublicKey } from "./publicKey";
import { loadSshpk } from "./sshpk";

/** `pem`: PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519. `ppk`: PuTTY, version 3. None of them is encrypted. */
export type PrivateKeyForm = "pem" | "openssh" | "ppk";

/**
 * The same private key in another form. Reads what `publicKeyOfPrivateKey` reads, unencrypted. Without `comment` the one
 * that the key has is kept; PEM has none. Throws `InvalidKey`, which holds no part of the key.
 */
export function convertPrivateKey(privateKey: string, form: PrivateKeyForm, comment?: string): string {
  const publicKey = publicKeyOfPrivateKey(privateKey);
  const key = readPrivateKey(privateKey, publicKey);
  const label = cleanComment(comment) ?? publicKey.comment ?? "";
  switch (form) {
    case "pem":
      return toPem(key);
    case "openssh":
      key.comment = label;
      return key.toString("openssh");
    case "ppk":
      return writePpk({
        version: 3,
        algorithm: publicKey.algorithm,
        comment: label,
        publicBlob: publicKey.blob,
        privateBlob: ppkPrivateFields(publicKey.type, key.toBuffer("rfc4253")),
      });
  }
}

function readPrivateKey(text: string, publicKey: PublicKey): SshpkPrivateKey {
  const key = parsePrivateKey(text, publicKey);
  if (!key.toPublic().toBuffer("rfc4253").equals(publicKey.blob)) {
    throw invalidKey("the private key is damaged: its halves are of different keys");
  }
  return key;
}

function parsePrivateKey(text: string, { type }: PublicKey): SshpkPrivateKey {
  const sshpk = loadSshpk();
  const source = privateKeySource(text);
  try {
    switch (source.form) {
      case "ppk":
        return sshpk.parsePrivateKey(openSshFields(type, readPpk(source.text)), "rfc4253");
      case "openssh":
        return sshpk.parsePrivateKey(source.text, "openssh");
      case "pem":
        return sshpk.parsePrivateKey(
          readPemPrivateKey(source.block).export({ type: "pkcs8", format: "pem" }),
          "pkcs8",
        );
    }
  } catch {
    // The cause is left out: it was made while the private key was in hand.
    throw invalidKey(
      "the private key cannot be written in another form: it is encrypted, damaged, or of another kind",
      "Convert it with ssh-keygen or PuTTYgen.",
    );
  }
}

function toPem(key: SshpkPrivateKey): string {
  switch (key.type) {
    case "dsa":
      return key.toString("pkcs1");
    case "rsa":
      return pemText(rsaKeyObject(key.toBuffer("rfc4253")), "pkcs1");
    default:
      return pemText(createPrivateKey(key.toString("pkcs8")), key.type === "ecdsa" ? "sec1" : "pkcs8");
  }
}

/**
 * PEM holds d mod (p - 1) and d mod (q - 1), which OpenSSH and PuTTY leave out. sshpk 1.18 writes zeros in their place, with
 * which every signature would be wrong.
 */
function rsaKeyObject(openSsh: Buffer): KeyObject {
  const [, ...fields] = readFields(openSsh);
  const [n = 0n, e = 0n, d = 0n, qi = 0n, p = 0n, q = 0n] = fields.map((field) =>
    BigInt(`0x${field.toString("hex")}`),
  );
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const members = Object.entries(numbers).map(([name, value]) => [name, base64Url(value)]);
  return createPrivateKey({ key: { kty: "RSA", ...Object.fromEntries(members) }, format: "jwk" });
}

function base64Url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

function pemText(key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): string {
  return key.export({ type, format: "pem" }).toString();
}
