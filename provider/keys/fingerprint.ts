import { createHash } from "node:crypto";
import { decodeBlob } from "./blob";
import type { PublicKey } from "./publicKey";

/** MD5 in colon-separated hexadecimal (RFC 4716, section 4), as `ssh-keygen -l -E md5` prints it after `MD5:`. */
export function fingerprintMd5(key: PublicKey): string {
  const hex = createHash("md5").update(hashedBlob(key)).digest("hex");
  return (hex.match(/../g) ?? []).join(":");
}

/** `SHA256:` and unpadded Base64, as `ssh-keygen -l` prints it. */
export function fingerprintSha256(key: PublicKey): string {
  const base64 = createHash("sha256").update(hashedBlob(key)).digest("base64");
  return `SHA256:${base64.replaceAll("=", "")}`;
}

/** A certificate has the fingerprint of the key that it certifies, as in `ssh-keygen -l`. */
function hashedBlob(key: PublicKey): Buffer {
  return key.isCertificate ? decodeBlob(key.blob).plainBlob : key.blob;
}
