/** The largest text that is read, in bytes. The largest key (RSA with 16384 bits) needs a quarter of it in any format. */
export const MAX_KEY_BYTES = 16 * 1024;

/** The format that a public key was read from. */
export type PublicKeyFormat =
  /** One OpenSSH line, with or without comment. */
  | "openssh"
  /** An OpenSSH line with authorized_keys options before it. */
  | "authorized_keys"
  /** RFC 4716: what PuTTYgen's "Save public key" and `ssh-keygen -e` write. */
  | "rfc4716"
  /** PEM, `BEGIN PUBLIC KEY`. */
  | "spki"
  /** PEM, `BEGIN RSA PUBLIC KEY`. */
  | "pkcs1"
  /** The blob of an OpenSSH line or the body of a PEM key alone, or any other public key text in Base64. */
  | "base64"
  /** A PuTTY .ppk file. */
  | "ppk"
  /** An OpenSSH private key file. */
  | "openssh-private"
  /** A PEM private key file. */
  | "pem-private";

/** A public key that has been checked from end to end. */
export interface PublicKey {
  /** The algorithm as the OpenSSH line names it: `ssh-rsa`, `ssh-ed25519-cert-v01@openssh.com`… */
  algorithm: string;
  type: "rsa" | "dsa" | "ecdsa" | "ed25519" | "sk-ecdsa" | "sk-ed25519";
  /** The size that `ssh-keygen -l` prints: of the modulus, the prime p or the curve, and 256 for ed25519. */
  bits: number;
  isCertificate: boolean;
  /** The content of the Base64 in an OpenSSH line (RFC 4253, section 6.6). Keys with equal blobs are the same key. */
  blob: Buffer;
  comment?: string;
  /** The names of the authorized_keys options before the key. A cloud does not keep them. */
  options?: string;
  format: PublicKeyFormat;
}

/** `algorithm base64[ comment]`: what is sent to a cloud and shown in the outputs. */
export function formatPublicKeyLine(key: PublicKey): string {
  const comment = cleanComment(key.comment);
  return `${key.algorithm} ${key.blob.toString("base64")}${comment === undefined ? "" : ` ${comment}`}`;
}

/** Whether two keys are the same. Comment, format and options do not matter. */
export function sameKey(a: PublicKey, b: PublicKey): boolean {
  return a.blob.equals(b.blob);
}

/**
 * The comment in a form that fits in a line: control characters, line separators and broken surrogates become spaces. The
 * result is `undefined` when nothing visible is left.
 */
export function cleanComment(comment: string | undefined): string | undefined {
  const clean = comment?.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/gu, " ").trim();
  return clean?.replace(/\p{Cf}/gu, "") === "" ? undefined : clean;
}
