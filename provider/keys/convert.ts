import { createPrivateKey, type KeyObject } from "node:crypto";
import type { PrivateKey as SshpkPrivateKey } from "sshpk";
import { invalidKey } from "./invalid";
import { splitLines } from "./lines";
import { readPpk, writePpk } from "./ppk";
import { openSshFields, ppkPrivateFields } from "./ppk-fields";
import { isPpk, onlyPrivateBlock, publicKeyOfPrivateKey, readPemPrivateKey } from "./private-key";
import { cleanComment, type PublicKey } from "./public-key";
import { loadSshpk } from "./sshpk";

/** `pem`: PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519. `ppk`: PuTTY, version 3. None of them is encrypted. */
export type PrivateKeyForm = "pem" | "openssh" | "ppk";

/**
 * The same private key in another form. Reads what `publicKeyOfPrivateKey` reads, unencrypted. Without `comment` the one
 * that the key has is kept; PEM has none.
 */
export function convertPrivateKey(privateKey: string, form: PrivateKeyForm, comment?: string): string {
  const publicKey = publicKeyOfPrivateKey(privateKey);
  const key = readPrivateKey(privateKey, publicKey);
  const kept = cleanComment(comment) ?? publicKey.comment ?? "";
  switch (form) {
    case "pem":
      return toPem(key);
    case "openssh":
      key.comment = kept;
      return key.toString("openssh");
    case "ppk":
      return toPpk(key, publicKey, kept);
  }
}

function readPrivateKey(text: string, publicKey: PublicKey): SshpkPrivateKey {
  const sshpk = loadSshpk();
  const lines = splitLines(text);
  try {
    if (isPpk(lines)) return sshpk.parsePrivateKey(openSshFields(publicKey.type, readPpk(lines)), "rfc4253");
    const block = onlyPrivateBlock(lines);
    if (block.label === "OPENSSH PRIVATE KEY") return sshpk.parsePrivateKey(text, "openssh");
    const pkcs8 = readPemPrivateKey(block).export({ type: "pkcs8", format: "pem" });
    return sshpk.parsePrivateKey(pkcs8, "pkcs8");
  } catch {
    // The cause is left out: it was made while the private key was in hand.
    throw invalidKey(
      "the private key cannot be written in another form: it is encrypted, damaged, or of another kind",
    );
  }
}

function toPem(key: SshpkPrivateKey): string {
  if (key.type === "dsa") return key.toString("pkcs1");
  const type = key.type === "rsa" ? "pkcs1" : key.type === "ecdsa" ? "sec1" : "pkcs8";
  return keyObject(key).export({ type, format: "pem" }).toString();
}

function keyObject(key: SshpkPrivateKey): KeyObject {
  try {
    return createPrivateKey(key.toString("pkcs8"));
  } catch {
    throw invalidKey("the private key is damaged: OpenSSL cannot read it");
  }
}

function toPpk(key: SshpkPrivateKey, { type, algorithm, blob }: PublicKey, comment: string): string {
  return writePpk({
    version: 3,
    algorithm,
    comment,
    publicBlob: blob,
    privateBlob: ppkPrivateFields(type, key.toBuffer("rfc4253")),
  });
}
