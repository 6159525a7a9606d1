import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { PrivateKey as SshpkPrivateKey } from "sshpk";
import { invalidKey, orDamaged } from "./invalid";
import { formatPem } from "./pem";
import { readPemPrivateKey } from "./pemPrivate";
import { readPpk, writePpk } from "./ppk";
import { openSshFields, ppkPrivateFields, readFields } from "./ppkFields";
import { OPENSSH_LABEL, privateKeySource, publicKeyOfPrivateKey } from "./privateKey";
import { cleanComment, type PublicKey } from "./publicKey";
import { loadSshpk } from "./sshpk";

/** `pem`: PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519. `ppk`: PuTTY, version 3. None of them is encrypted. */
export type PrivateKeyForm = "pem" | "openssh" | "ppk";

const NOT_CONVERTED =
  "the private key cannot be written in another form: it is encrypted, damaged, or of another kind";
const CONVERT_YOURSELF = "Convert it with ssh-keygen or PuTTYgen.";

/**
 * The same private key in another form. Reads what `publicKeyOfPrivateKey` reads, unencrypted, and makes sure that the key
 * signs. Without `comment` the one that the key has is kept; PEM has none. Throws `InvalidKey`, which holds no part of the
 * key.
 */
export function convertPrivateKey(privateKey: string, form: PrivateKeyForm, comment?: string): string {
  const publicKey = publicKeyOfPrivateKey(privateKey);
  const convert = () => {
    const key = readPrivateKey(privateKey, publicKey);
    const pem = toPem(key);
    const name = cleanComment(comment) ?? publicKey.comment ?? "";
    return { converted: form === "pem" ? pem : writeKey(key, publicKey, form, name), pem };
  };
  const { converted, pem } = orDamaged(convert, NOT_CONVERTED, CONVERT_YOURSELF);
  if (!orDamaged(() => signsFor(pem, publicKey), NOT_CONVERTED, CONVERT_YOURSELF)) {
    throw invalidKey("the private key is damaged: what it signs does not fit its public half");
  }
  return converted;
}

function readPrivateKey(text: string, { type }: PublicKey): SshpkPrivateKey {
  const sshpk = loadSshpk();
  const source = privateKeySource(text);
  switch (source.form) {
    case "ppk":
      return sshpk.parsePrivateKey(openSshFields(type, readPpk(source.text)), "rfc4253");
    case "openssh":
      return sshpk.parsePrivateKey(formatPem(OPENSSH_LABEL, source.content), "openssh");
    case "pem": {
      const pkcs8 = readPemPrivateKey(source.block).export({ type: "pkcs8", format: "pem" });
      return sshpk.parsePrivateKey(pkcs8, "pkcs8");
    }
  }
}

function writeKey(
  key: SshpkPrivateKey,
  { type, algorithm, blob }: PublicKey,
  form: "openssh" | "ppk",
  comment: string,
): string {
  if (form === "openssh") {
    key.comment = comment;
    return key.toString("openssh");
  }
  const privateBlob = ppkPrivateFields(type, key.toBuffer("rfc4253"));
  return writePpk({ version: 3, algorithm, comment, publicBlob: blob, privateBlob });
}

function toPem(key: SshpkPrivateKey): string {
  switch (key.type) {
    case "dsa":
      return key.toString("pkcs1");
    case "rsa":
      return exportPem(rsaKeyObject(key.toBuffer("rfc4253")), "pkcs1");
    default:
      return exportPem(createPrivateKey(key.toString("pkcs8")), key.type === "ecdsa" ? "sec1" : "pkcs8");
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

function signsFor(pem: string, { type, blob }: PublicKey): boolean {
  const message = Buffer.from("pulumi-keypair");
  const hash = type === "ed25519" ? null : "sha256";
  const publicKey = createPublicKey(loadSshpk().parseKey(blob, "rfc4253").toString("pkcs8"));
  return verify(hash, message, publicKey, sign(hash, message, pem));
}

function base64Url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

function exportPem(key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): string {
  return key.export({ type, format: "pem" }).toString();
}
