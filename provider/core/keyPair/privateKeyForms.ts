import { convertPrivateKey, isEncryptedPrivateKey } from "../../keys";
import { isKeyPairError } from "../errors";
import type { KeyPairState } from "../model";

/**
 * The state's private key in the forms that other tools want. They are computed where they are asked for: the
 * state needs the key once only. `undefined` for a key of a kind that cannot be written in another form.
 */
export function privateKeyForms({ privateKey }: Pick<KeyPairState, "privateKey">) {
  return {
    privateKeyOpenssh: privateKeyIn("openssh", privateKey),
    privateKeyPem: privateKeyIn("pem", privateKey),
  };
}

export function privateKeyIn(form: "openssh" | "pem", privateKey: string | undefined): string | undefined {
  try {
    if (privateKey === undefined || isEncryptedPrivateKey(privateKey)) return undefined;
    return convertPrivateKey(privateKey, form);
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return undefined;
  }
}
