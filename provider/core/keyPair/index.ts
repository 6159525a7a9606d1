import type { CheckedKeyPairArgs, KeyPairArgs, KeyPairState } from "../model";
import type { ManagedResource } from "../resource/contract";
import { checkKeyPair } from "./check";
import { createKeyPair } from "./create";
import { deleteKeyPair } from "./delete";
import { diffKeyPair, engineReplacementWarnings } from "./diff";
import { noteKeyPairState } from "./noteState";
import { previewKeyPair } from "./preview";
import { privateKeyForms } from "./privateKeyForms";
import { KEY_PAIR_NOTES, KEY_PAIR_PROPERTIES } from "./properties";
import { readKeyPair } from "./read";
import { updateKeyPair } from "./update";

/** A key pair. */
export const keyPairResource: ManagedResource<KeyPairArgs, CheckedKeyPairArgs, KeyPairState> = {
  properties: KEY_PAIR_PROPERTIES,
  notes: KEY_PAIR_NOTES,
  check: checkKeyPair,
  diff: diffKeyPair,
  replacementWarnings: engineReplacementWarnings,
  noteState: noteKeyPairState,
  preview: previewKeyPair,
  derivedOutputs: privateKeyForms,
  create: createKeyPair,
  read: readKeyPair,
  update: updateKeyPair,
  delete: deleteKeyPair,
};
