export type {
  BackendName,
  Connection,
  Keepers,
  KeyGeneration,
  OnExisting,
  TagChanges,
  Tags,
} from "../../provider/core/model";
export type {
  GetKeyPairArgs,
  GetKeyPairResult,
  GetKeyPairsArgs,
  GetKeyPairsResult,
  GetPublicKeyArgs,
  GetPublicKeyResult,
  LookupInputs,
} from "../functionTypes";
export type { KeyPairAttachmentArgs } from "../keyPairAttachmentProperties";
export type { GetKeyPairOptions, KeyPairArgs } from "../keyPairProperties";
export {
  getKeyPair,
  getKeyPairOutput,
  getKeyPairs,
  getKeyPairsOutput,
  getPublicKey,
  getPublicKeyOutput,
} from "./functions";
export { KeyPair } from "./keyPair";
export { KeyPairAttachment } from "./keyPairAttachment";
export { Provider, type ProviderArgs } from "./provider";
