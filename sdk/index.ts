export type {
  BackendName,
  Connection,
  Keepers,
  KeyGeneration,
  OnExisting,
  TagChanges,
  Tags,
} from "../provider/core/model";
export type {
  GetKeyPairArgs,
  GetKeyPairResult,
  GetKeyPairsArgs,
  GetKeyPairsResult,
  GetPublicKeyArgs,
  GetPublicKeyResult,
  LookupInputs,
} from "./functionTypes";
export { KeyPair } from "./keyPair";
export { KeyPairAttachment } from "./keyPairAttachment";
export type { KeyPairAttachmentArgs } from "./keyPairAttachmentProperties";
export type { GetKeyPairOptions, KeyPairArgs } from "./keyPairProperties";
export { getPublicKey, getPublicKeyOutput } from "./keys";
export { getKeyPair, getKeyPairOutput, getKeyPairs, getKeyPairsOutput } from "./lookup";
