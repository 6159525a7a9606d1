import type { ProviderSettings } from "../connection";
import type { KeyPairState } from "../model";
import { fileOf } from "../projectFolder";
import type { RunMemory } from "../resource/runMemory";

/** Records what other key pairs of the run must know: whose key is in the state's file, and which pair stays. */
export function noteKeyPairState(
  state: KeyPairState,
  settings: ProviderSettings,
  run: RunMemory,
  keptFor: string | undefined,
): void {
  releaseKept(run, keptFor);
  noteKeyPair(state, settings, run, keptFor);
}

/** The resource is about to say anew which pairs it keeps. */
export function releaseKept(run: RunMemory, urn: string | undefined): void {
  for (const kept of [run.kept, run.knownKeyFiles]) kept.release(urn);
}

/** Records one pair of a resource, which may have several. */
export function noteKeyPair(
  state: KeyPairState,
  settings: ProviderSettings,
  run: RunMemory,
  keptFor: string | undefined,
): void {
  noteKeyFile(state, settings, run, keptFor);
  if (keptFor === undefined || state.ownerId === undefined) return;
  const { backend: name, region, ownerId, keyPairName, __ownKey } = state;
  run.kept.add({ name, region }, { id: ownerId }, [keyPairName, __ownKey], keptFor);
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
