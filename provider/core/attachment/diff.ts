import { placesToCompare } from "../connection";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { DiffRequest, ResourceDiff } from "../resource/contract";
import { changesOf } from "../resource/propertyTable";
import type { RunMemory } from "../resource/runMemory";
import { knownPart } from "../unknown";
import { stillAttached, without } from "./instances";
import { ATTACHMENT_PROPERTIES } from "./properties";

/**
 * A replacement attaches the new pair before it detaches the old one, so no instance is ever without a pair.
 */
export function diffAttachment({
  state,
  args,
  settings,
  catalog,
  run,
}: DiffRequest<KeyPairAttachmentArgs, KeyPairAttachmentState> & { run: RunMemory }): ResourceDiff {
  const { keyPairName, instanceIds } = state;
  const known = { keyPairName, instanceIds, ...knownPart<KeyPairAttachmentArgs>(args) };
  const places = placesToCompare(state, args, settings, catalog);
  return {
    changes: changesOf(
      ATTACHMENT_PROPERTIES,
      { state, args: known, attached: stillAttached(state, run), ...places },
      args,
    ),
    deleteBeforeReplace: false,
    changingParts: new Set(without(instanceIds, known.instanceIds)),
    warnings: [],
  };
}
