import { openPlace, placeOfState } from "../connection";
import { defined } from "../defined";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { OperationContext, ReadOutcome } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { clientOf } from "./instances";

/**
 * Which of the instances still have the pair; `undefined` when none has it. Other instances with the pair do
 * not belong to this resource.
 */
export async function readAttachment(
  id: string,
  state: Partial<KeyPairAttachmentState>,
  context: OperationContext,
): Promise<ReadOutcome<KeyPairAttachmentArgs, KeyPairAttachmentState> | undefined> {
  const { settings, catalog, operation } = context;
  const place = placeOfState(state, settings, catalog);
  const backend = await openPlace(place, catalog);
  const attached = await clientOf(backend).attachedInstances(id, operation);
  const instanceIds = state.instanceIds?.filter((instanceId) => attached.includes(instanceId)) ?? attached;
  if (instanceIds.length < (state.instanceIds?.length ?? 0) || instanceIds.length === 0)
    await assertSameOwner({ ...state, keyPairName: id }, undefined, backend, operation);
  if (instanceIds.length === 0) return undefined;
  const pending = (state.pendingRestarts ?? []).filter((instanceId) => instanceIds.includes(instanceId));
  const read: KeyPairAttachmentState = defined({
    ...state,
    keyPairName: id,
    instanceIds,
    pendingRestarts: pending.length > 0 ? pending : undefined,
    backend: backend.name,
    region: backend.region,
    __account: state.__account ?? place.account,
  });
  const inputs = defined({
    keyPairName: id,
    instanceIds,
    restartInstances: state.restartInstances,
    connection: state.connection,
  });
  return { id, state: read, inputs };
}
