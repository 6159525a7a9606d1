import { isDeepStrictEqual } from "node:util";
import { judgeConnection, type Whereabouts } from "../connection";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { ChangeKind, PropertyTable } from "../resource/propertyTable";

/** What is compared: the attachment as it was last seen, and what the program says now. */
export interface AttachmentSubject {
  state: KeyPairAttachmentState;
  args: KeyPairAttachmentArgs;
  connection: Whereabouts;
}

/** The properties of a `KeyPairAttachment`. */
export const ATTACHMENT_PROPERTIES = {
  keyPairName: { change: "replace" },
  instanceIds: { change: "update", judge: judgeInstances },
  connection: { change: "replace", judge: judgeConnection },
  backend: { change: "computed" },
  region: { change: "computed" },
} as const satisfies PropertyTable<AttachmentSubject, keyof KeyPairAttachmentState>;

/** The order of the list means nothing. */
function judgeInstances({ state, args }: AttachmentSubject): ChangeKind | undefined {
  const [before, now] = [state.instanceIds, args.instanceIds].map((ids) => [...ids].sort());
  return isDeepStrictEqual(before, now) ? undefined : "update";
}
