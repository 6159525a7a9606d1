import { compareConnection } from "../connection";
import type { CheckedKeyPairArgs, KeyPairArgs, KeyPairOutputs, KeyPairState } from "../model";
import { computedNames, type PropertyTable } from "../resource/propertyTable";
import { compareGeneration, compareKeepers, compareKey, compareResourceGroup, compareTags } from "./compare";
import type { KeyPairComparison } from "./diff";
import { compareKeyFile } from "./keyFile";

type Notes = Pick<KeyPairState & CheckedKeyPairArgs, "__ownKey" | "__keyInCloud" | "__account">;

/** What follows from the public key. */
const OF_THE_KEY = { change: "computed", follows: ["publicKeyBody"] } as const;

/** The properties of a `KeyPair`: what the user says, then what the cloud, or the key itself, says. */
export const KEY_PAIR_PROPERTIES = {
  keyPairName: { change: "replace", follows: ["keyPairNamePrefix"] },
  keyPairNamePrefix: { change: "update" }, // another prefix gives another keyPairName, and that replaces
  publicKeyBody: { change: "replace", compare: compareKey, neverEchoed: true },
  publicKeyFile: { change: "update" }, // the check puts its key into publicKeyBody; a moved file is no other key
  keyGeneration: { change: "replace", compare: compareGeneration },
  keepers: { change: "replace", compare: compareKeepers },
  rotateAfter: { change: "update" },
  privateKeyFile: { change: "update", compare: compareKeyFile },
  privateKeyPassphrase: { change: "update", secret: true, neverEchoed: true },
  savePrivateKey: { change: "update" },
  tags: { change: "replace", changeBy: ({ tagChanges }) => tagChanges, compare: compareTags },
  tagChanges: { change: "update" },
  resourceGroupId: { change: "update", compare: compareResourceGroup },
  userId: { change: "replace" },
  onExisting: { change: "update" },
  connection: { change: "replace", compare: compareConnection },

  keyPairId: { change: "computed" },
  fingerprint: OF_THE_KEY,
  fingerprintMd5: OF_THE_KEY,
  fingerprintSha256: OF_THE_KEY,
  publicKey: OF_THE_KEY,
  // The algorithm tells nothing of a secret key, and its name stands in many messages.
  keyType: { change: "computed" },
  keyBits: { change: "computed" },
  privateKey: { change: "computed", secret: true },
  privateKeyOpenssh: { change: "computed", secret: true },
  privateKeyPem: { change: "computed", secret: true },
  createdAt: { change: "computed" },
  ownerId: { change: "computed", follows: ["userId"] },
  backend: { change: "computed", follows: ["connection"] },
  region: { change: "computed", follows: ["connection"] },
} as const satisfies PropertyTable<KeyPairComparison, keyof KeyPairArgs | keyof KeyPairOutputs>;

/** The notes of a state that repeat what the user says. */
export const KEY_PAIR_NOTES = {
  __ownKey: OF_THE_KEY,
  __keyInCloud: OF_THE_KEY,
  __account: { change: "computed", follows: ["connection"] },
} as const satisfies PropertyTable<KeyPairComparison, keyof Notes>;

/** The properties that the user does not set. */
export const COMPUTED_PROPERTIES = computedNames(KEY_PAIR_PROPERTIES);
