import type { ProviderSettings } from "../connection";
import type { KeyPairState } from "../model";
import { fileOf } from "../projectFolder";
import type { OperationContext } from "../resource/contract";
import { noteKept } from "../resource/kept";
import type { RunMemory } from "../resource/runMemory";

type NoteContext = Pick<OperationContext, "settings" | "catalog" | "run">;

/** Records what other key pairs of the run must know: whose key is in the state's file, and which pair stays. */
export function noteKeyPairState(
  state: KeyPairState,
  context: NoteContext,
  keptFor: string | undefined,
): void {
  context.run.releaseKept(keptFor);
  noteKeyPair(state, context, keptFor);
}

/** Records one pair of a resource, which may have several. */
export function noteKeyPair(state: KeyPairState, context: NoteContext, keptFor: string | undefined): void {
  const { settings, run } = context;
  noteKeyFile(state, settings, run, keptFor);
  if (keptFor !== undefined)
    noteKept(run.kept, [[state.keyPairName, state.__ownKey]], state, context, keptFor);
}

/**
 * Records that the state's file holds this private key. If the pair goes, and this run makes a new key for
 * that file, it may move the recorded key aside.
 */
export function noteKeyFile(
  state: KeyPairState,
  { projectFolder }: ProviderSettings,
  run: RunMemory,
  keptFor?: string,
): void {
  const { privateKeyFile, publicKeyBody, __ownKey } = state;
  if (privateKeyFile === undefined || publicKeyBody !== undefined) return;
  run.knownKeyFiles.note(fileOf(privateKeyFile, projectFolder), __ownKey, keptFor);
}
