export { KeyPair } from "./keyPair";
export { KeyPairAttachment } from "./keyPairAttachment";
export { KeyPairSet } from "./keyPairSet";
export { getPublicKey, getPublicKeyOutput } from "./keys";
export { getKeyPair, getKeyPairOutput, getKeyPairs, getKeyPairsOutput } from "./lookup";
export type * from "./types";
