export type * from "../types";
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
export { KeyPairSet } from "./keyPairSet";
export { Provider, type ProviderArgs } from "./provider";
