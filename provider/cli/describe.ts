import { isKeyPairError } from "../core/errors";
import {
  fingerprintMd5,
  fingerprintSha256,
  formatPublicKeyLine,
  type PublicKey,
  readPublicKeyFile,
} from "../keys";
import type { Input } from "./input";

/** What `ssh-keygen -l` writes in parentheses. */
const TYPE_LABELS: Record<PublicKey["type"], string> = {
  rsa: "RSA",
  dsa: "DSA",
  ecdsa: "ECDSA",
  ed25519: "ED25519",
  "sk-ecdsa": "ECDSA-SK",
  "sk-ed25519": "ED25519-SK",
};

/** The public half of what the input holds. Throws `InvalidKey`, naming the input. */
export function publicKeyOf({ name, contents }: Input): PublicKey {
  try {
    return readPublicKeyFile(contents);
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    throw error.with({ message: `${name}: ${error.details.message}` });
  }
}

export function publicKeyLine(input: Input): string {
  return formatPublicKeyLine(publicKeyOf(input));
}

/** The lines of `ssh-keygen -l` and of `ssh-keygen -l -E md5`. */
export function fingerprintLines(input: Input): string[] {
  const key = publicKeyOf(input);
  const about = `${key.comment ?? "no comment"} (${TYPE_LABELS[key.type]}${key.isCertificate ? "-CERT" : ""})`;
  return [fingerprintSha256(key), `MD5:${fingerprintMd5(key)}`].map(
    (fingerprint) => `${key.bits} ${fingerprint} ${about}`,
  );
}
