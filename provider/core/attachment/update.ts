import { openPlaceOfState, resolvePlace } from "../connection";
import { defined } from "../defined";
import { isKeyPairError } from "../errors";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { OperationContext, Outcome } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { attach, detach, failed, partialFailure, restartOrWarn, stillAttached, without } from "./instances";

/** Attaches first, then detaches, so that a failure leaves more machines reachable, not fewer. */
export async function updateAttachment(
  id: string,
  state: KeyPairAttachmentState,
  args: KeyPairAttachmentArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairAttachmentState>> {
  const { connection, restartInstances } = args;
  const { account: __account } = resolvePlace(connection, context.settings, context.catalog);
  const target = defined({ ...state, connection, restartInstances, __account });
  const backend = await openPlaceOfState(target, context);
  await assertSameOwner(state, undefined, backend, context.operation);
  const added = without(args.instanceIds, stillAttached(state, context.run));
  const removed = without(state.instanceIds, args.instanceIds);
  const attaching = await attach(id, added, backend, context).catch((error: unknown) =>
    lostInstances(error, id, state, added),
  );
  if ("incomplete" in attaching) return attaching;
  const { failures: notAttached, newly } = attaching;
  let incomplete = partialFailure("attached to", id, notAttached);
  let notDetached = removed;
  try {
    const failures = await detach(id, removed, backend, context);
    notDetached = failed(failures);
    incomplete ??= partialFailure("detached from", id, failures);
  } catch (error) {
    // Nothing was detached, but the instances that were attached must still be recorded.
    if (!isKeyPairError(error)) throw error;
    incomplete ??= error;
  }
  const instanceIds = [...without(args.instanceIds, failed(notAttached)), ...notDetached];
  const before = (state.pendingRestarts ?? []).filter((instanceId) => instanceIds.includes(instanceId));
  // An instance that lost the pair only in this run has the key as before.
  const changed = without(newly, state.instanceIds);
  const due = restartInstances ? [...before, ...changed] : changed;
  const { pendingRestarts = [], failure } = await restartOrWarn(id, due, args, backend, context);
  incomplete ??= failure;
  const pending = restartInstances ? pendingRestarts : [...before, ...pendingRestarts];
  const reached = defined({
    ...target,
    instanceIds,
    pendingRestarts: pending.length > 0 ? pending : undefined,
  });
  return { id, state: reached, ...(incomplete && { incomplete }) };
}

/**
 * What is left if no instance could be attached. Those that another resource of this run has detached are in the state no more, so that
 * the next run attaches them. Throws the error if there are none.
 */
function lostInstances(
  error: unknown,
  id: string,
  state: KeyPairAttachmentState,
  added: string[],
): Required<Outcome<KeyPairAttachmentState>> {
  const instanceIds = without(state.instanceIds, added);
  if (!isKeyPairError(error) || instanceIds.length === state.instanceIds.length) throw error;
  return { id, state: { ...state, instanceIds }, incomplete: error };
}
