import { placeOfState, resolvePlace } from "../connection";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { DiffRequest, ResourceDiff } from "../resource/contract";
import { changesOf } from "../resource/propertyTable";
import { hasUnknown, knownPart } from "../unknown";
import { ATTACHMENT_PROPERTIES } from "./properties";

/**
 * A replacement attaches the new pair before it detaches the old one, so no instance is ever without a pair.
 */
export function diffAttachment({
  state,
  args,
  settings,
  catalog,
}: DiffRequest<KeyPairAttachmentArgs, KeyPairAttachmentState>): ResourceDiff {
  const { keyPairName, instanceIds } = state;
  const known = { keyPairName, instanceIds, ...knownPart<KeyPairAttachmentArgs>(args) };
  // If the new place is not known yet, compare as if the attachment stays where it is.
  const place = hasUnknown(args.connection)
    ? placeOfState(state, settings, catalog)
    : resolvePlace(known.connection, settings, catalog);
  return {
    changes: changesOf(ATTACHMENT_PROPERTIES, { state, args: known, place, settings, catalog }, args),
    deleteBeforeReplace: false,
    warnings: [],
  };
}
