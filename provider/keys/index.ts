/** SSH keys: every format that people have is read here, checked to the last byte, and written in the forms that are asked for. */
export { convertPrivateKey, type PrivateKeyForm } from "./convert";
export { encryptPrivateKey } from "./encrypt";
export { fingerprintMd5, fingerprintSha256 } from "./fingerprint";
export { type GeneratedKeyPair, generateKeyPair, type KeyRequest, keyGenerationProblem } from "./generate";
export { publicKeyOfPrivateKey } from "./privateKey";
export { isPrivateKeyText } from "./privateText";
export {
  formatPublicKeyLine,
  MAX_KEY_BYTES,
  type PublicKey,
  type PublicKeyFormat,
  sameKey,
} from "./publicKey";
export { readPublicKey, readPublicKeyFile } from "./read";
