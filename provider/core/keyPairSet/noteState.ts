import { noteKeyPair, releaseKept } from "../keyPair/noteState";
import type { KeyPairSetState } from "../model";
import type { OperationContext, ResourceDiff } from "../resource/contract";
import { contentsOf, slotName } from "./state";

/** Records what other resources of the run must know of each key pair that stays as it is, and of each key in a file. */
export function noteKeyPairSetState(
  state: KeyPairSetState,
  context: Pick<OperationContext, "settings" | "catalog" | "run">,
  keptFor: string | undefined,
  diff?: ResourceDiff,
): void {
  releaseKept(context.run, keptFor);
  for (const pair of contentsOf(state).pairs) {
    const isChanging = diff?.changingPairs?.has(slotName(pair)) ?? false;
    noteKeyPair(pair.state, context, isChanging ? undefined : keptFor);
  }
}
