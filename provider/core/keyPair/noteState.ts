import { type ProviderSettings, placeOfState } from "../connection";
import { defined } from "../defined";
import type { KeyPairState } from "../model";
import { fileOf } from "../projectFolder";
import type { OperationContext } from "../resource/contract";
import type { RunMemory } from "../resource/runMemory";

type NoteContext = Pick<OperationContext, "settings" | "catalog" | "run">;

/** Records what other key pairs of the run must know: whose key is in the state's file, and which pair stays. */
export function noteKeyPairState(
  state: KeyPairState,
  context: NoteContext,
  keptFor: string | undefined,
): void {
  releaseKept(context.run, keptFor);
  noteKeyPair(state, context, keptFor);
}

/** The resource is about to say anew which pairs it keeps. */
export function releaseKept(run: RunMemory, urn: string | undefined): void {
  for (const kept of [run.kept, run.knownKeyFiles]) kept.release(urn);
}

/** Records one pair of a resource, which may have several. */
export function noteKeyPair(
  state: KeyPairState,
  { settings, catalog, run }: NoteContext,
  keptFor: string | undefined,
): void {
  noteKeyFile(state, settings, run, keptFor);
  if (keptFor === undefined) return;
  const { backend: name, region, ownerId, keyPairName, __ownKey } = state;
  // Of a local store: its file. Which endpoint a cloud's pair was made at is not known.
  const { path: endpoint } = placeOfState(state, settings, catalog).connection;
  const owner = ownerId === undefined ? undefined : { id: ownerId };
  run.kept.add(defined({ name, region, endpoint }), owner, [keyPairName, __ownKey], keptFor);
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
