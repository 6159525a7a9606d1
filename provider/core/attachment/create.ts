import { openPlace, resolvePlace } from "../connection";
import { defined } from "../defined";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { OperationContext, Outcome } from "../resource/contract";
import { attach, failed, partialFailure, restartOrWarn, without } from "./instances";

/** Attaches the pair to all instances. If some fail, the instances that succeeded are still recorded. */
export async function createAttachment(
  args: KeyPairAttachmentArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairAttachmentState>> {
  const { settings, catalog, operation } = context;
  const place = resolvePlace(args.connection, settings, catalog);
  const backend = await openPlace(place, catalog);
  // Asked before anything is attached, so that no call comes between the cloud's reply and the state.
  const owner = await backend.owner(operation);
  const { failures, newly } = await attach(args.keyPairName, args.instanceIds, backend, context);
  const restarts = await restartOrWarn(args.keyPairName, newly, args, backend, context);
  const state: KeyPairAttachmentState = defined({
    ...args,
    instanceIds: without(args.instanceIds, failed(failures)),
    pendingRestarts: restarts.pendingRestarts,
    backend: backend.name,
    region: backend.region,
    ownerId: owner?.id,
    __account: place.account,
  });
  const failure = partialFailure("attached to", args.keyPairName, failures) ?? restarts.failure;
  if (!failure) return { id: args.keyPairName, state };
  if (state.instanceIds.length === 0) throw failure;
  return { id: args.keyPairName, state, incomplete: failure };
}
