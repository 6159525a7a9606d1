import type { ProviderSettings } from "../connection";
import type { KeyPairState } from "../model";
import { fileOf } from "../projectFolder";
import type { RunMemory } from "../resource/runMemory";

/**
 * Records that the state's file holds this private key. If this run makes a new key for that file, it may
 * move the recorded key aside.
 */
export function noteKeyFile(state: KeyPairState, { projectFolder }: ProviderSettings, run: RunMemory): void {
  const { privateKeyFile, publicKeyBody, __ownKey } = state;
  if (privateKeyFile === undefined || publicKeyBody !== undefined) return;
  run.knownKeyFiles.note(fileOf(privateKeyFile, projectFolder), __ownKey);
}
