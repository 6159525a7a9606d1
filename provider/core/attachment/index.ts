import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { ManagedResource } from "../resource/contract";
import { checkAttachment } from "./check";
import { createAttachment } from "./create";
import { deleteAttachment } from "./delete";
import { diffAttachment } from "./diff";
import { noteAttachmentState } from "./noteState";
import { previewAttachment } from "./preview";
import { ATTACHMENT_NOTES, ATTACHMENT_PROPERTIES } from "./properties";
import { readAttachment } from "./read";
import { updateAttachment } from "./update";

/** The binding of a key pair to instances. */
export const attachmentResource: ManagedResource<
  KeyPairAttachmentArgs,
  KeyPairAttachmentArgs,
  KeyPairAttachmentState
> = {
  properties: ATTACHMENT_PROPERTIES,
  notes: ATTACHMENT_NOTES,
  check: checkAttachment,
  diff: diffAttachment,
  noteState: noteAttachmentState,
  preview: previewAttachment,
  create: createAttachment,
  read: readAttachment,
  update: updateAttachment,
  delete: deleteAttachment,
};
