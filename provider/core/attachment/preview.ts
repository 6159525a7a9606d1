import { resolvePlace } from "../connection";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { PreviewRequest } from "../resource/contract";
import { hasUnknown, knownPart, type Preview, UNKNOWN } from "../unknown";

/** What a preview can tell of a new attachment: where it will be. */
export function previewAttachment({
  args,
  state,
  settings,
  catalog,
}: PreviewRequest<KeyPairAttachmentArgs, KeyPairAttachmentState>): Preview<KeyPairAttachmentState> {
  if (state || hasUnknown(args.connection)) return {};
  const { connection } = knownPart<KeyPairAttachmentArgs>(args);
  const { backend, region = UNKNOWN } = resolvePlace(connection, settings, catalog).connection;
  return { backend, region };
}
