export type {
  BackendName,
  Connection,
  KeyGeneration,
  OnExisting,
  TagChanges,
  Tags,
} from "../provider/core/model";
export { KeyPair, type KeyPairArgs } from "./keyPair";
