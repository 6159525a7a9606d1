import type { BackendCatalog } from "../backend";
import { type ProviderSettings, placeOf, resolveConnection } from "../connection";
import type { ManagedResource } from "../keyPair";
import type { ResourceDiff } from "../keyPair/diff";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import { changesOf } from "../resource/propertyTable";
import { knownPart, type PartlyUnknown } from "../unknown";
import { checkAttachment } from "./check";
import { createAttachment, deleteAttachment, readAttachment, updateAttachment } from "./lifecycle";
import { ATTACHMENT_PROPERTIES } from "./properties";

/** The binding of a key pair to instances. */
export const attachmentResource: ManagedResource<
  KeyPairAttachmentArgs,
  KeyPairAttachmentArgs,
  KeyPairAttachmentState
> = {
  table: ATTACHMENT_PROPERTIES,
  derivations: { connection: { from: placeOf } },
  check: checkAttachment,
  diff: diffAttachment,
  create: createAttachment,
  read: readAttachment,
  update: updateAttachment,
  delete: deleteAttachment,
};

/** A replacement attaches the new pair before the old one is detached: no instance is without one in between. */
function diffAttachment(
  state: KeyPairAttachmentState,
  args: PartlyUnknown<KeyPairAttachmentArgs>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): ResourceDiff {
  const known = { ...state, ...knownPart<KeyPairAttachmentArgs>(args) };
  const own = "connection" in args ? known.connection : undefined;
  const subject = { state, args: known, connection: resolveConnection(own, settings, catalog) };
  return {
    changes: changesOf(ATTACHMENT_PROPERTIES, subject, args),
    deleteBeforeReplace: false,
    warnings: [],
  };
}
