import { openPlaceOfState } from "../connection";
import type { KeyPairAttachmentState } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { detach, partialFailure } from "./instances";

/**
 * Detaches. It is no failure if an instance or the pair is gone, or if an instance has another pair by now.
 */
export async function deleteAttachment(
  id: string,
  state: KeyPairAttachmentState,
  context: OperationContext,
): Promise<void> {
  const backend = await openPlaceOfState(state, context);
  await assertSameOwner(state, undefined, backend, context.operation);
  const failures = await detach(id, state.instanceIds, backend, context);
  const failure = partialFailure("detached from", id, failures);
  if (failure) throw failure;
}
