/* The types that programs use, in both fronts. */

export type {
  BackendName,
  Connection,
  Keepers,
  KeyGeneration,
  KeyPairSetMember,
  OnExisting,
  TagChanges,
  Tags,
} from "../provider/core/model";
export type * from "./functionTypes";
export type { KeyPairAttachmentArgs } from "./keyPairAttachmentProperties";
export type { GetKeyPairOptions, KeyPairArgs } from "./keyPairProperties";
export type { KeyPairSetArgs } from "./keyPairSetProperties";
