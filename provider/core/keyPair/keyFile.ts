import type { ProviderSettings } from "../connection";
import type { KeyPairState } from "../model";
import { fileOf } from "../projectFolder";
import type { RunMemory } from "../resource/runMemory";

/** Notes whose private key the state's file holds: a new key that this run makes for the file may move it aside. */
export function noteKeyFile(state: KeyPairState, { projectFolder }: ProviderSettings, run: RunMemory): void {
  const { privateKeyFile, publicKeyBody, __ownKey } = state;
  if (privateKeyFile === undefined || publicKeyBody !== undefined) return;
  run.knownKeyFiles.note(fileOf(privateKeyFile, projectFolder), __ownKey);
}
