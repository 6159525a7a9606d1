import type { Backend, KeyPairRecord } from "../backend";
import { openPlaceOfState } from "../connection";
import type { KeyPairState } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner, hasOtherOwner } from "../resource/owner";
import { turnOf } from "../resource/runMemory";
import { fingerprintOf } from "./keyFacts";
import { type Consideration, type Deletion, deleteIfUnused, deleteWhenFree } from "./settle";
import { isOwn } from "./state";

/** What became of the pair. `in use`: instances use it, and they were not waited for. */
export type Removal = "gone" | "left" | "in use";

/**
 * Deletes the pair, if it still holds the key that this resource made or imported. Succeeds if the pair is
 * already gone. Leaves a pair whose key somebody else replaced. Also leaves a pair that this run made again
 * or took over: its new state needs it, and the engine deletes the old half of a replacement afterwards. And
 * one that a resource of the program has since an earlier run, which did not come to the deletion. The private
 * key's file stays, because servers may still trust the key.
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
  const { operation, warn } = context;
  const backend = await openPlaceOfState(state, context);
  await assertSameOwner(state, undefined, backend, operation);
  const leave = (why: string): Removal => {
    warn(`key pair "${id}" (${backend.location}) was left alone: ${why}`);
    return "left";
  };
  const deletion = await deleteOwn(id, state, backend, context, waits);
  if (deletion === "in use") {
    if (!state.__isDoubtful) return deletion;
    return leave(
      "instances use it, so somebody holds its private key. It may be this stack's, from a call whose reply was lost.",
    );
  }
  const { left, neededBecause } = deletion;
  if (neededBecause !== undefined) return leave(`${neededBecause}, so the stack has it still.`);
  if (!left) return "gone";
  await assertSameOwner(state, left, backend, operation);
  const reason = await whyNeeded([left.name, fingerprintOf(left)], backend, context);
  if (reason !== undefined) {
    const change = state.__isDoubtful ? "" : "it has another key now, and ";
    return leave(`${change}${reason}, so the stack has it still.`);
  }
  if (state.__isDoubtful) {
    const made = left.createdAt === undefined ? "" : `, made ${left.createdAt}`;
    return leave(
      `by its time or its key, it is not the one of the call whose reply was lost (fingerprint ${left.fingerprint}${made}), so somebody else made it. Delete it by hand if nobody needs it.`,
    );
  }
  return leave(
    `its key is not the one that this stack made (now ${left.fingerprint}), so somebody replaced it. Delete it by hand if nobody needs it.`,
  );
}

/**
 * Deletes the pair, unless it is not this resource's, or not only its. For a pair whose key nobody received,
 * does not wait until instances release it.
 */
function deleteOwn(
  id: string,
  state: KeyPairState,
  backend: Backend,
  context: OperationContext,
  waits: boolean,
): Promise<Deletion | "in use"> {
  const { operation, run } = context;
  const sought = { ...state, name: id };
  const isMeant = (record: KeyPairRecord) => isOwn(state, record) && !hasOtherOwner(state, record);
  const turn = turnOf(backend, state.ownerId, id);
  // After a lost reply the key may not be known. Then any pair of this name that the stack has may be the one that is found.
  const names = state.__ownKey === "" ? [id] : [id, state.__ownKey];
  const others: Consideration = {
    inTurn: (attempt) => run.turns.take([turn], operation, attempt),
    neededBecause: () => whyNeeded(names, backend, context),
    sent: (record) => run.deleted.set(turn, { record, at: Date.now() }),
  };
  return state.__isDoubtful || !waits
    ? deleteIfUnused(backend, sought, isMeant, operation, others)
    : deleteWhenFree(backend, sought, isMeant, operation, others);
}

/** Why the stack still needs the pair of this name and key, if it does. */
async function whyNeeded(
  names: readonly string[],
  backend: Backend,
  { operation, run }: OperationContext,
): Promise<string | undefined> {
  const reasons = [
    { pairs: run.made, reason: "this run made it again or took it over" },
    { pairs: run.kept, reason: "a resource of the program has it" },
  ];
  for (const { pairs, reason } of reasons) {
    const isThere = await pairs.has(backend, operation, names);
    if (isThere) return isThere === "unsure" ? `as far as can be told, ${reason}` : reason;
  }
  return undefined;
}
