import { noteKeyPair } from "../keyPair/noteState";
import type { KeyPairSetState } from "../model";
import { fileOf } from "../projectFolder";
import type { OperationContext, ResourceDiff } from "../resource/contract";
import { privateKeyFileOf } from "./members";
import { contentsOf, slotName } from "./state";

/** Records what other resources of the run must know of each key pair that stays as it is, and of each key in a file. */
export function noteKeyPairSetState(
  state: KeyPairSetState,
  context: Pick<OperationContext, "settings" | "catalog" | "run">,
  keptFor: string | undefined,
  diff?: ResourceDiff,
): void {
  context.run.releaseKept(keptFor);
  const { pairs, leftOver, keys } = contentsOf(state);
  for (const pair of pairs) {
    const isChanging = diff?.changingParts?.has(slotName(pair)) ?? false;
    noteKeyPair(pair.state, context, isChanging ? undefined : keptFor);
  }
  for (const pair of leftOver) noteKeyPair(pair.state, context, undefined);
  // A member whose pairs are gone has its key, and its file, still.
  const { privateKeyFolder: folder } = state;
  for (const [member, key] of keys) {
    const file = key.privateKeyFile ?? (folder === undefined ? undefined : privateKeyFileOf(member, folder));
    if (file === undefined) continue;
    context.run.knownKeyFiles.note(fileOf(file, context.settings.projectFolder), key.fingerprintSha256);
  }
}
