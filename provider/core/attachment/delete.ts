import { openPlaceOfState } from "../connection";
import type { KeyPairAttachmentState } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { detach, partialFailure } from "./instances";

/** Detaches. Instances that are gone, or have another key pair by now, are fine, and so is a pair that is gone. */
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
