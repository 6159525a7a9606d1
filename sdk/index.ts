import { type AnyKeyPair, KeyPair as KeyPairClass } from "./keyPair";

/** Where a program does not say which arguments a key pair has, it may have no private key. */
export type KeyPair = AnyKeyPair;
export const KeyPair = KeyPairClass;
export { KeyPairAttachment } from "./keyPairAttachment";
export { KeyPairSet } from "./keyPairSet";
export { getPublicKey, getPublicKeyOutput } from "./keys";
export { getKeyPair, getKeyPairOutput, getKeyPairs, getKeyPairsOutput } from "./lookup";
export type * from "./types";
