import type { KeyPairState } from "../model";
import { backendOfState, type LifecycleContext } from "../resource/contract";
import { noteKeyFile } from "./keyFile";
import { isOwn } from "./state";
import { deleteWhenFree, findCertainly } from "./waiting";

/**
 * Deletes the pair, if it still holds the key that this resource made or imported. One that is gone is deleted; one that
 * somebody replaced is theirs, and is left alone; and so is one that this run has made again or taken over for a newer state: the
 * engine deletes what it replaced, or what was renamed, after that. The private key's file stays: servers may trust the key still.
 */
export async function deleteKeyPair(
  id: string,
  state: KeyPairState,
  context: LifecycleContext,
): Promise<void> {
  const { operation, journal, urn } = context;
  const backend = await backendOfState(state, context);
  if (context.made.has(backend, id)) {
    context.warn(
      `key pair "${id}" (${backend.location}) was left alone: this run made it again or took it over, so the stack has it still.`,
    );
    return;
  }
  const record = await findCertainly(backend, id, state.createdAt, operation);
  if (record && !isOwn(state, record)) {
    context.warn(
      `key pair "${id}" (${backend.location}) was left alone: its key is not the one that this stack made (now ${record.fingerprint}), so somebody replaced it. ` +
        "Delete it by hand if nobody needs it.",
    );
  } else if (record) await deleteWhenFree(backend, id, operation);
  // The new pair comes after this one, or in a later run. After a destroy the file is the user's.
  if (context.isReplaced && !context.made.hasOf(urn)) noteKeyFile(state, context);
  // A later pair of this name is not the one that the journal speaks of.
  journal.confirm(urn, id);
}
