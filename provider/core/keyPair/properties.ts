import { judgeConnection } from "../connection";
import type { KeyPairArgs, KeyPairOutputs } from "../model";
import { computedNames, type PropertyTable } from "../resource/propertyTable";
import { judgeGeneration, judgeKey, judgeTags } from "./changes";
import type { DiffSubject } from "./diff";

/** The properties of a `KeyPair`: what the user says, then what the cloud, or the key itself, says. */
export const KEY_PAIR_PROPERTIES = {
  keyPairName: { change: "replace" },
  keyPairNamePrefix: { change: "update" }, // another prefix gives another keyPairName, and that replaces
  publicKeyBody: { change: "replace", judge: judgeKey, neverEchoed: true },
  publicKeyFile: { change: "update" }, // its key is in publicKeyBody once checked; a moved file is no other key
  keyGeneration: { change: "replace", judge: judgeGeneration },
  privateKeyFile: { change: "update" },
  savePrivateKey: { change: "update" },
  tags: { change: "replace", changeBy: ({ tagChanges }) => tagChanges, judge: judgeTags },
  tagChanges: { change: "update" },
  resourceGroupId: { change: "update" },
  onExisting: { change: "update" },
  connection: { change: "replace", judge: judgeConnection },

  keyPairId: { change: "computed" },
  fingerprint: { change: "computed" },
  fingerprintMd5: { change: "computed" },
  fingerprintSha256: { change: "computed" },
  publicKey: { change: "computed", repeats: "publicKeyBody" },
  keyType: { change: "computed" },
  keyBits: { change: "computed" },
  privateKey: { change: "computed", secret: true },
  createdAt: { change: "computed" },
  ownerId: { change: "computed" },
  backend: { change: "computed" },
  region: { change: "computed" },
} as const satisfies PropertyTable<DiffSubject, keyof KeyPairArgs | keyof KeyPairOutputs>;

/** What the user does not say. */
export const COMPUTED_PROPERTIES = computedNames(KEY_PAIR_PROPERTIES);
