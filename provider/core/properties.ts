import type { DiffSubject } from "./diff";
import { judgeConnection, judgeGeneration, judgeKey, judgeTags } from "./judge";
import type { KeyPairArgs, KeyPairOutputs } from "./model";

/** What a changed value means for the key pair that is there. */
export type ChangeKind = "replace" | "update";

export interface PropertyRow {
  /** What a change of an argument does; `computed`: only the cloud, or the key itself, sets it. */
  readonly change: ChangeKind | "computed";
  /** Where the plain comparison of two values is not enough: what this difference means, or `undefined` for none. */
  readonly judge?: (subject: DiffSubject) => ChangeKind | undefined;
  /** The argument that says what a change does; `change` is its default. */
  readonly changeBy?: "tagChanges";
  /** The value is a secret, in the state and on every screen. */
  readonly secret?: true;
  /** No message shows the value: it may be a private key that was given by mistake. */
  readonly neverEchoed?: true;
}

/** One row a property. The diff, the secrets and `schema.json` all read it, so they cannot disagree. */
export const KEY_PAIR_PROPERTIES = {
  keyPairName: { change: "replace" },
  keyPairNamePrefix: { change: "update" }, // another prefix gives another keyPairName, and that replaces
  publicKeyBody: { change: "replace", judge: judgeKey, neverEchoed: true },
  publicKeyFile: { change: "update" }, // its key is in publicKeyBody once checked; a moved file is no other key
  keyGeneration: { change: "replace", judge: judgeGeneration },
  privateKeyFile: { change: "update" },
  savePrivateKey: { change: "update" },
  tags: { change: "replace", changeBy: "tagChanges", judge: judgeTags },
  tagChanges: { change: "update" },
  resourceGroupId: { change: "update" },
  onExisting: { change: "update" },
  connection: { change: "replace", judge: judgeConnection },

  keyPairId: { change: "computed" },
  fingerprint: { change: "computed" },
  fingerprintMd5: { change: "computed" },
  fingerprintSha256: { change: "computed" },
  publicKey: { change: "computed" },
  keyType: { change: "computed" },
  keyBits: { change: "computed" },
  privateKey: { change: "computed", secret: true },
  createdAt: { change: "computed" },
  ownerId: { change: "computed" },
  backend: { change: "computed" },
  region: { change: "computed" },
} as const satisfies Record<keyof KeyPairArgs | keyof KeyPairOutputs, PropertyRow>;

export type KeyPairProperty = keyof typeof KEY_PAIR_PROPERTIES;

const ROWS = Object.entries(KEY_PAIR_PROPERTIES) as [KeyPairProperty, PropertyRow][];

export type ArgumentRow = PropertyRow & { readonly change: ChangeKind };

/** The rows of what the user says. */
export const ARGUMENT_ROWS = ROWS.filter(
  (row): row is [KeyPairProperty & keyof KeyPairArgs, ArgumentRow] => row[1].change !== "computed",
);

/** What the user does not say. */
export const COMPUTED_PROPERTIES = ROWS.filter(([, row]) => row.change === "computed").map(
  ([name]) => name as keyof KeyPairOutputs,
);

/** The outputs that are secrets. */
export const SECRET_PROPERTIES: readonly KeyPairProperty[] = ROWS.filter(([, row]) => row.secret).map(
  ([name]) => name,
);
