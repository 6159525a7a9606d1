import { isDeepStrictEqual } from "node:util";
import { tagChange } from "../keyPair/tags";
import type {
  CheckedKeyPairSetArgs,
  IgnoreTags,
  KeyPairSetArgs,
  KeyPairSetOutputs,
  KeyPairSetState,
} from "../model";
import { argumentNames, type ChangeKind, type PropertyTable } from "../resource/propertyTable";

/** What is compared of the set itself; its key pairs are compared one by one (plan.ts). */
export interface KeyPairSetComparison {
  state: KeyPairSetState;
  args: CheckedKeyPairSetArgs;
  ignoreTags: IgnoreTags | undefined;
}

/** What names follow from. */
const OF_THE_NAMES = ["publicKeys", "created", "publicKeyFolder", "keyPairNamePrefix"] as const;
/** What key pairs follow from. */
const OF_THE_MEMBERS = [...OF_THE_NAMES, "regions", "tags", "resourceGroupId"] as const;

/** The properties of a `KeyPairSet`. It is never replaced: its key pairs are. */
export const KEY_PAIR_SET_PROPERTIES = {
  publicKeyFolder: { change: "update" },
  publicKeys: { change: "update", neverEchoed: true },
  created: { change: "update", compare: compareCreated },
  regions: { change: "update", compare: compareRegions },
  keyPairNamePrefix: { change: "update" },
  privateKeyFolder: { change: "update" },
  keyGeneration: { change: "update" },
  keepers: { change: "update" },
  tags: { change: "update", compare: compareTags },
  tagChanges: { change: "update" },
  resourceGroupId: { change: "update" },
  onExisting: { change: "update" },
  savePrivateKeys: { change: "update" },
  connection: { change: "update" },

  keyPairNames: { change: "computed", follows: OF_THE_NAMES },
  keyPairs: { change: "computed", follows: [...OF_THE_MEMBERS, "connection"] },
  privateKeys: { change: "computed", secret: true },
} as const satisfies PropertyTable<KeyPairSetComparison, keyof KeyPairSetArgs | keyof KeyPairSetOutputs>;

/** What the notes of a created member's key follow from. */
const OF_THE_KEYS = ["created", "keepers", "keyGeneration", "privateKeyFolder", "savePrivateKeys"] as const;
/** What the notes of a key pair follow from. */
const OF_THE_NOTES = [...OF_THE_MEMBERS, ...OF_THE_KEYS, "connection", "onExisting", "tagChanges"] as const;

/** The notes of a state, or of the arguments, that repeat what the user says. */
export const KEY_PAIR_SET_NOTES = {
  __folderKeys: { change: "computed", follows: ["publicKeyFolder"] },
  __keysInFiles: { change: "computed", follows: ["created"] },
  __notes: { change: "computed", follows: OF_THE_NOTES },
  __keys: { change: "computed", follows: OF_THE_KEYS },
  __leftOver: { change: "computed", follows: OF_THE_NOTES },
  __olderPrivateKeys: { change: "computed", secret: true },
} as const satisfies PropertyTable<KeyPairSetComparison, `__${string}`>;

/** The properties that the user sets. */
export const SET_ARGUMENTS = argumentNames(KEY_PAIR_SET_PROPERTIES);

/** The order of the lists means nothing. */
function compareCreated({ state, args }: KeyPairSetComparison): ChangeKind | undefined {
  return isSameList(state.created, args.created) ? undefined : "update";
}

function compareRegions({ state, args }: KeyPairSetComparison): ChangeKind | undefined {
  return isSameList(state.regions, args.regions) ? undefined : "update";
}

function isSameList(before: string[] = [], now: string[] = []): boolean {
  return isDeepStrictEqual([...before].sort(), [...now].sort());
}

function compareTags({ state, args, ignoreTags }: KeyPairSetComparison): ChangeKind | undefined {
  return tagChange(state.tags ?? {}, args.tags ?? {}, ignoreTags) ? "update" : undefined;
}
