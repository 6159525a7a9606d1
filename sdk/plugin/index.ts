import { type AnyKeyPair, KeyPair as KeyPairClass } from "./keyPair";

/** Where a program does not say which arguments a key pair has, it may have no private key. */
export type KeyPair = AnyKeyPair;
export const KeyPair = KeyPairClass;
export type * from "../types";
export {
  getKeyPair,
  getKeyPairOutput,
  getKeyPairs,
  getKeyPairsOutput,
  getPublicKey,
  getPublicKeyOutput,
} from "./functions";
export { KeyPairAttachment } from "./keyPairAttachment";
export { KeyPairSet } from "./keyPairSet";
export { Provider, type ProviderArgs } from "./provider";
