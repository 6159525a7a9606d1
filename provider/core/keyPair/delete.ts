import type { Backend, KeyPairRecord, Operation } from "../backend";
import { openPlaceOfState } from "../connection";
import type { KeyPairState } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { deleteIfUnused, deleteWhenFree } from "./settle";
import { isOwn } from "./state";

/** What became of the pair. `in use`: instances use it, and they were not waited for. */
export type Removal = "gone" | "left" | "in use";

/**
 * Deletes the pair, if it still holds the key that this resource made or imported. Succeeds if the pair is
 * already gone. Leaves a pair whose key somebody else replaced. Also leaves a pair that this run made again
 * or took over: its new state needs it, and the engine deletes the old half of a replacement afterwards. The
 * private key's file stays, because servers may still trust the key.
 */
export async function deleteKeyPair(
  id: string,
  state: KeyPairState,
  context: OperationContext,
): Promise<void> {
  await removeKeyPair(id, state, context, { waits: true });
}

/**
 * The same, and says what became of the pair. A pair that is left is warned of.
 * @param options.waits  Whether instances that use the pair are waited for, until the deadline.
 */
export async function removeKeyPair(
  id: string,
  state: KeyPairState,
  context: OperationContext,
  { waits }: { waits: boolean },
): Promise<Removal> {
  const { operation, run, warn } = context;
  const backend = await openPlaceOfState(state, context);
  const isMade = await run.made.has(backend, operation, [id, state.__ownKey]);
  if (isMade) {
    const why = isMade === "unsure" ? "as far as can be told, " : "";
    warn(
      `key pair "${id}" (${backend.location}) was left alone: ${why}this run made it again or took it over, so the stack has it still.`,
    );
    return "left";
  }
  await assertSameOwner(state, undefined, backend, operation);
  const left = await deleteOwn(id, state, backend, operation, waits);
  if (left === "in use") {
    if (!state.__isDoubtful) return left;
    warn(
      `key pair "${id}" (${backend.location}) was left alone: instances use it, so somebody holds its private key. It may be this ` +
        "stack's, from a call whose reply was lost.",
    );
    return "left";
  }
  if (!left) return "gone";
  await assertSameOwner(state, left, backend, operation);
  warn(
    `key pair "${id}" (${backend.location}) was left alone: its key is not the one that this stack made (now ${left.fingerprint}), so ` +
      "somebody replaced it. Delete it by hand if nobody needs it.",
  );
  return "left";
}

/**
 * Returns the pair if it was left because it is not this resource's. For a pair whose key nobody received,
 * does not wait until instances release it.
 */
async function deleteOwn(
  id: string,
  state: KeyPairState,
  backend: Backend,
  operation: Operation,
  waits: boolean,
): Promise<KeyPairRecord | "in use" | undefined> {
  const sought = { ...state, name: id };
  const isMeant = (record: KeyPairRecord) => isOwn(state, record);
  const deletion =
    state.__isDoubtful || !waits
      ? await deleteIfUnused(backend, sought, isMeant, operation)
      : await deleteWhenFree(backend, sought, isMeant, operation);
  return deletion === "in use" ? deletion : deletion.left;
}
