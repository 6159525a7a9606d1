import { createPrivateKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { checkDerLength } from "./der";
import { invalidKey } from "./invalid";
import { type Line, splitLines } from "./lines";
import { publicHalfOfOpenSsh } from "./openssh-private";
import { blobOfKeyObject, type PemBlock, splitPem } from "./pem";
import { PPK_BEGIN, publicHalfOfPpk, readPpk } from "./ppk";
import { MAX_KEY_BYTES, type PublicKey } from "./public-key";

/** How Node names the form of the DER in a PEM block. */
const DER_TYPES: { [label: string]: "pkcs1" | "pkcs8" | "sec1" } = {
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
  "PRIVATE KEY": "pkcs8",
};

const PRINT_PUBLIC_HALF =
  "Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that.";

/**
 * The public half of a private key: PEM (PKCS#1, SEC1, PKCS#8), OpenSSH, or .ppk of version 2 or 3. The last two need no
 * passphrase. An error never holds a part of the text.
 */
export function publicKeyOfPrivateKey(privateKey: string): PublicKey {
  if (privateKey.length > MAX_KEY_BYTES) throw invalidKey("the private key has more than 16 KiB");
  const lines = splitLines(privateKey.replace(/^\ufeff/, ""));
  if (isPpk(lines)) return publicHalfOfPpk(readPpk(lines));
  const block = onlyPrivateBlock(lines);
  if (block.label === "OPENSSH PRIVATE KEY") return publicHalfOfOpenSsh(decodeBase64(block.base64));
  return publicKeyOf(blobOfKeyObject(readPemPrivateKey(block)), { format: "pem-private" });
}

export function isPpk(lines: Line[]): boolean {
  return lines.find(({ text }) => text !== "")?.text.startsWith(PPK_BEGIN) === true;
}

/** The private key among the blocks; `openssl ecparam -genkey` writes one with the parameters before it. */
export function onlyPrivateBlock(lines: Line[]): PemBlock {
  const [block, another] = splitPem(lines).blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    throw invalidKey(
      "the private key is in no form that can be read, or it has lost its line breaks",
      PRINT_PUBLIC_HALF,
    );
  }
  if (another) throw invalidKey("the text holds several private keys, a key pair has one");
  return block;
}

/** A PEM private key as OpenSSL reads it. Without its passphrase nothing of an encrypted one can be read. */
export function readPemPrivateKey({ label, headers, base64 }: PemBlock): KeyObject {
  if (label === "ENCRYPTED PRIVATE KEY" || headers.some((header) => header.includes("ENCRYPTED"))) {
    throw invalidKey(
      "the private key is encrypted, in a form whose public half cannot be read without the passphrase",
      PRINT_PUBLIC_HALF,
    );
  }
  const der = decodeBase64(base64);
  checkDerLength(der);
  try {
    if (label === "DSA PRIVATE KEY") return createPrivateKey(pemText(label, der));
    const type = DER_TYPES[label];
    if (type !== undefined) return createPrivateKey({ key: der, format: "der", type });
  } catch {
    throw invalidKey("the private key is damaged: OpenSSL cannot read it");
  }
  throw invalidKey("the private key is of a kind that SSH does not have", PRINT_PUBLIC_HALF);
}

/** Node reads the traditional form of DSA only as PEM. */
function pemText(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
