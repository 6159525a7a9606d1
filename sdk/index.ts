export type {
  BackendName,
  Connection,
  Keepers,
  KeyGeneration,
  OnExisting,
  TagChanges,
  Tags,
} from "../provider/core/model";
export { type GetKeyPairOptions, KeyPair, type KeyPairArgs } from "./keyPair";
export { KeyPairAttachment, type KeyPairAttachmentArgs } from "./keyPairAttachment";
export {
  type GetPublicKeyArgs,
  type GetPublicKeyResult,
  getPublicKey,
  getPublicKeyOutput,
} from "./keys";
export {
  type GetKeyPairArgs,
  type GetKeyPairResult,
  type GetKeyPairsArgs,
  type GetKeyPairsResult,
  getKeyPair,
  getKeyPairOutput,
  getKeyPairs,
  getKeyPairsOutput,
  type LookupInputs,
} from "./lookup";
