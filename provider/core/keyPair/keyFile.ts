import { isKeyPairError } from "../errors";
import type { KeyPairState } from "../model";
import { heldKey } from "../privateKeyFile/write";
import type { LifecycleContext } from "../resource/contract";

/**
 * A pair that is gone leaves its private key's file: servers may trust the key still. That is noted, so that the pair that is made
 * again, now or in a later run, moves the file aside and is not refused for it.
 */
export function noteKeyFile(state: Partial<KeyPairState>, { journal, urn }: LifecycleContext): void {
  const { privateKeyFile, publicKeyBody, __ownKey } = state;
  if (privateKeyFile === undefined || publicKeyBody !== undefined || __ownKey === undefined) return;
  try {
    const held = heldKey(privateKeyFile);
    if (held.holds === "key" && held.fingerprint === __ownKey) journal.keyLeft(urn, __ownKey);
  } catch (error) {
    // What cannot be read is found again when it is to be written.
    if (!isKeyPairError(error, "File")) throw error;
  }
}
