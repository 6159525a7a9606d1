import type { PublicKey } from "./publicKey";

/** NIST SP 800-57 part 1, table 2: less than 112 bits of security. */
const LEAST_RSA_BITS = 2048;

/** Why the key should not be used any more, as a phrase; `undefined` if nothing speaks against it. */
export function weaknessOf({ type, bits }: Pick<PublicKey, "type" | "bits">): string | undefined {
  if (type === "dsa") return "DSA, which OpenSSH takes no more";
  if (type === "rsa" && bits < LEAST_RSA_BITS) return `RSA with ${bits} bits, of ${LEAST_RSA_BITS} at least`;
  return undefined;
}
