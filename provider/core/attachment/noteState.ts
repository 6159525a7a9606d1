import type { KeyPairAttachmentState } from "../model";
import type { OperationContext, ResourceDiff } from "../resource/contract";
import { noteKept } from "../resource/kept";

/** Records which instances the attachment keeps, so that no other one of the run detaches them. */
export function noteAttachmentState(
  state: KeyPairAttachmentState,
  context: Pick<OperationContext, "settings" | "catalog" | "run">,
  keptFor: string | undefined,
  diff?: ResourceDiff,
): void {
  const { run } = context;
  run.releaseKept(keptFor);
  if (keptFor === undefined) return;
  const kept = state.instanceIds.filter((instanceId) => !diff?.changingParts?.has(instanceId));
  const attached = kept.map((instanceId) => [state.keyPairName, instanceId]);
  noteKept(run.keptAttached, attached, state, context, keptFor);
}
