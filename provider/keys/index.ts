/** SSH keys: reads every usual format, checks it to the last byte, and writes the forms that other tools need. */
export { convertPrivateKey, isEncryptedPrivateKey, type PrivateKeyForm } from "./convert";
export { encryptPrivateKey, passphraseProblem } from "./encrypt";
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
export { weaknessOf } from "./weak";
