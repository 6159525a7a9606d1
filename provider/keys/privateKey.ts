import { createPrivateKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { checkDerLength } from "./der";
import { invalidKey, severalKeys } from "./invalid";
import { splitLines } from "./lines";
import { publicHalfOfOpenSsh } from "./opensshPrivate";
import { blobOfKeyObject, type PemBlock, splitPem } from "./pem";
import { PPK_BEGIN, publicHalfOfPpk, readPpk } from "./ppk";
import { MAX_KEY_BYTES, type PublicKey } from "./publicKey";

/** How a user gets at a public half that cannot be read here. */
export const WRITE_PUBLIC_HALF =
  "Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.";

/** How Node names the form of the DER in a PEM block. */
const DER_TYPES: { [label: string]: "pkcs1" | "pkcs8" | "sec1" } = {
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
  "PRIVATE KEY": "pkcs8",
};

/** A private key in the form that it came in. */
export type PrivateKeySource =
  | { form: "ppk"; text: string }
  | { form: "openssh"; text: string; block: PemBlock }
  | { form: "pem"; block: PemBlock };

/**
 * The public half of a private key: PEM (PKCS#1, SEC1, PKCS#8), OpenSSH, or .ppk of version 2 or 3. The last two need no
 * passphrase. Throws `InvalidKey`, which holds no part of the text.
 */
export function publicKeyOfPrivateKey(privateKey: string): PublicKey {
  const source = privateKeySource(privateKey);
  switch (source.form) {
    case "ppk":
      return publicHalfOfPpk(readPpk(source.text));
    case "openssh":
      return publicHalfOfOpenSsh(decodeBase64(source.block.base64));
    case "pem":
      return publicKeyOf(blobOfKeyObject(readPemPrivateKey(source.block)), { format: "pem-private" });
  }
}

export function privateKeySource(privateKey: string): PrivateKeySource {
  if (privateKey.length > MAX_KEY_BYTES) {
    throw invalidKey(`the private key has more than ${MAX_KEY_BYTES} characters`, "Give one key.");
  }
  const text = privateKey.replace(/^\ufeff/, "").trimStart();
  if (text.startsWith(PPK_BEGIN)) return { form: "ppk", text };
  const block = onlyPrivateBlock(text);
  return block.label === "OPENSSH PRIVATE KEY" ? { form: "openssh", text, block } : { form: "pem", block };
}

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
  try {
    if (label === "DSA PRIVATE KEY") return createPrivateKey(pemText(label, der));
    const type = DER_TYPES[label];
    if (type !== undefined) return createPrivateKey({ key: der, format: "der", type });
  } catch {
    // The cause is left out: it was made while the private key was in hand.
    throw invalidKey("the private key is damaged: OpenSSL cannot read it");
  }
  throw invalidKey(
    "the private key is of a kind that SSH does not have",
    "Use an RSA, ECDSA or ed25519 key.",
  );
}

/** The private key among the blocks; `openssl ecparam -genkey` writes one with the parameters before it. */
function onlyPrivateBlock(text: string): PemBlock {
  if (text.includes("BEGIN SSH2 ENCRYPTED PRIVATE KEY")) {
    throw invalidKey(
      "the private key is in ssh.com's form",
      "Load it in PuTTYgen (Conversions, Import key) and copy the public key from its window.",
    );
  }
  const keys = splitPem(splitLines(text)).blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [block] = keys;
  if (block === undefined) {
    throw invalidKey("the private key has lost its line breaks, or is in no known form", WRITE_PUBLIC_HALF);
  }
  if (keys.length > 1) throw severalKeys(keys.length);
  return block;
}

/** Node reads the traditional form of DSA only as PEM. */
function pemText(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
