import { fingerprintMd5, fingerprintSha256, formatPublicKeyLine, readPublicKey } from "../../keys";
import type { KeyPairRecord } from "../backend";
import { isKeyPairError } from "../errors";
import type { PublicKeyFacts } from "../model";

/* What follows from the public key of a pair. */

/** For a key about which nothing is known: outputs must have a value. */
export const UNKNOWN_KEY: PublicKeyFacts = {
  publicKey: "",
  keyType: "",
  keyBits: 0,
  fingerprintMd5: "",
  fingerprintSha256: "",
};

/** The outputs that follow from a public key. */
export function keyOutputs(publicKey: string): PublicKeyFacts {
  const key = readPublicKey(publicKey);
  return {
    publicKey: formatPublicKeyLine(key),
    keyType: key.algorithm,
    keyBits: key.bits,
    fingerprintMd5: fingerprintMd5(key),
    fingerprintSha256: fingerprintSha256(key),
  };
}

/** The same of the key in the cloud. For somebody else's key the cloud may give only the fingerprint, or a text that is not one single key. */
export function keyOutputsOf(record: KeyPairRecord): PublicKeyFacts {
  try {
    if (record.publicKey !== undefined) return keyOutputs(record.publicKey);
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
  }
  return { ...UNKNOWN_KEY, fingerprintMd5: record.fingerprint };
}

/** The SHA-256 fingerprint of the key in the cloud; `""` if the cloud does not give enough to know it. */
export function fingerprintOf(record: KeyPairRecord): string {
  return keyOutputsOf(record).fingerprintSha256;
}

/** Why the key of the record cannot be read, for example because it is two lines; `undefined` if it can, or is not told. */
export function publicKeyProblem({ publicKey }: KeyPairRecord): string | undefined {
  try {
    if (publicKey !== undefined) readPublicKey(publicKey);
    return undefined;
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return error.details.message;
  }
}
