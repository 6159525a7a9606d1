import type { CheckedKeyPairSetArgs, KeyPairSetArgs, KeyPairSetState } from "../model";
import type { ManagedResource } from "../resource/contract";
import { checkKeyPairSet } from "./check";
import { createKeyPairSet } from "./create";
import { deleteKeyPairSet } from "./delete";
import { diffKeyPairSet, engineReplacementWarnings } from "./diff";
import { noteKeyPairSetState } from "./noteState";
import { previewKeyPairSet } from "./preview";
import { KEY_PAIR_SET_NOTES, KEY_PAIR_SET_PROPERTIES } from "./properties";
import { readKeyPairSet } from "./read";
import { updateKeyPairSet } from "./update";

/** A set of key pairs: those of a team, in every region. */
export const keyPairSetResource: ManagedResource<KeyPairSetArgs, CheckedKeyPairSetArgs, KeyPairSetState> = {
  properties: KEY_PAIR_SET_PROPERTIES,
  notes: KEY_PAIR_SET_NOTES,
  check: checkKeyPairSet,
  diff: diffKeyPairSet,
  replacementWarnings: engineReplacementWarnings,
  noteState: noteKeyPairSetState,
  preview: previewKeyPairSet,
  create: createKeyPairSet,
  read: readKeyPairSet,
  update: updateKeyPairSet,
  delete: deleteKeyPairSet,
};
