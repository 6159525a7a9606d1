import { isDeepStrictEqual } from "node:util";
import { compareConnection, type PlaceComparison } from "../connection";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import type { ChangeKind, PropertyTable } from "../resource/propertyTable";

/** What is compared: the attachment as it was last seen, and what the program says now. */
export interface AttachmentComparison extends PlaceComparison {
  state: KeyPairAttachmentState;
  args: KeyPairAttachmentArgs;
  /** The instances that have the pair, as far as this run knows. */
  attached: string[];
}

type AttachmentProperty = Exclude<keyof KeyPairAttachmentState, `__${string}`>;

/** The properties of a `KeyPairAttachment`. */
export const ATTACHMENT_PROPERTIES = {
  keyPairName: { change: "replace" },
  instanceIds: { change: "update", compare: compareInstances },
  restartInstances: { change: "update", compare: compareRestarts },
  connection: { change: "replace", compare: compareConnection },
  pendingRestarts: { change: "computed", follows: ["instanceIds"] },
  backend: { change: "computed", follows: ["connection"] },
  region: { change: "computed", follows: ["connection"] },
  ownerId: { change: "computed" },
} as const satisfies PropertyTable<AttachmentComparison, AttachmentProperty>;

/** The notes of a state that repeat what the user says. */
export const ATTACHMENT_NOTES = {
  __account: { change: "computed", follows: ["connection"] },
} as const satisfies PropertyTable<AttachmentComparison>;

/** What was not restarted yet is an update. */
function compareRestarts({ state, args }: AttachmentComparison): ChangeKind | undefined {
  const isChanged = (state.restartInstances ?? false) !== (args.restartInstances ?? false);
  const isPending = args.restartInstances === true && state.pendingRestarts !== undefined;
  return isChanged || isPending ? "update" : undefined;
}

/** The order of the list means nothing. */
function compareInstances({ state, args, attached }: AttachmentComparison): ChangeKind | undefined {
  const [before, now] = [state.instanceIds, args.instanceIds].map((ids) => [...ids].sort());
  const isThere = args.instanceIds.every((instanceId) => attached.includes(instanceId));
  return isThere && isDeepStrictEqual(before, now) ? undefined : "update";
}
