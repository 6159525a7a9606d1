import type { KeyPairState } from "../model";
import { backendOfState, type LifecycleContext } from "./context";
import { isOwn } from "./state";
import { deleteWhenFree } from "./waiting";

/**
 * Deletes the pair, if it still holds the key that this resource made or imported. One that is gone is deleted; one that
 * somebody replaced is theirs, and is left alone. The private key's file stays: servers may trust the key still.
 */
export async function deleteKeyPair(
  id: string,
  state: KeyPairState,
  context: LifecycleContext,
): Promise<void> {
  const { operation } = context;
  const backend = await backendOfState(state, context);
  const record =
    (await backend.findKeyPair(id, "sweep", operation)) ??
    (await backend.findKeyPair(id, "exact", operation));
  if (!record) return;
  if (!isOwn(state, record)) {
    context.warn(
      `key pair "${id}" (${backend.location}) was left alone: its key is not the one that this stack made (now ${record.fingerprint}), so somebody replaced it. ` +
        "Delete it by hand if nobody needs it.",
    );
    return;
  }
  await deleteWhenFree(backend, id, operation);
}
