import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../keys";
import { isKeyPairError, KeyPairError } from "../errors";
import type { GetPublicKeyArgs, PublicKeyFacts } from "../model";
import { keyOutputs } from "./keyFacts";

/**
 * The public half of a private key that the program has. No part of the private key is in the result or in an
 * error. Throws `InvalidInput` at `privateKey`.
 */
export function getPublicKey({ privateKey }: GetPublicKeyArgs): PublicKeyFacts {
  const refused = (message: string, next?: string) =>
    new KeyPairError({ code: "InvalidInput", property: "privateKey", message, ...(next ? { next } : {}) });
  // Programs in JavaScript may leave it out.
  if (typeof privateKey !== "string" || privateKey.trim() === "")
    throw refused("privateKey must be the text of a private key");
  try {
    return keyOutputs(formatPublicKeyLine(publicKeyOfPrivateKey(privateKey)));
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    throw refused(`privateKey cannot be read: ${error.details.message}`, error.details.next);
  }
}
