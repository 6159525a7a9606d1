import type { KeyPairState } from "../../../../provider/core/model";
import { fingerprintMd5, fingerprintSha256, readPublicKey } from "../../../../provider/keys";
import { ed25519Key, rsaKey, type ThrowawayKey } from "./keys";

/** What an hour later still holds: old enough that a pair that is not found is gone. */
export const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

function stateOfKey(publicKey: string): KeyPairState {
  const key = readPublicKey(publicKey);
  return {
    keyPairName: "web",
    publicKey,
    keyType: key.algorithm,
    keyBits: key.bits,
    fingerprint: fingerprintMd5(key),
    fingerprintMd5: fingerprintMd5(key),
    fingerprintSha256: fingerprintSha256(key),
    createdAt: AN_HOUR_AGO,
    backend: "local",
    region: "here",
    __ownKey: fingerprintSha256(key),
  };
}

/** The state of an imported pair "web", made an hour ago. */
export function importedState(more: Partial<KeyPairState> = {}, key = ed25519Key("imported")): KeyPairState {
  return { ...stateOfKey(key.publicKey), publicKeyBody: key.publicKey, ...more };
}

/** The state of a created pair "web", made an hour ago. */
export function createdState(
  more: Partial<KeyPairState> = {},
  { privateKey, publicKey }: ThrowawayKey = rsaKey("made by the cloud"),
): KeyPairState {
  return { ...stateOfKey(publicKey), privateKey, ...more };
}

/** The same state after a refresh that found another key in the cloud. */
export function foreignState(state: KeyPairState, key = ed25519Key("another's")): KeyPairState {
  const { publicKey, keyType, keyBits, fingerprint, fingerprintMd5, fingerprintSha256 } = stateOfKey(
    key.publicKey,
  );
  const seen = { publicKey, keyType, keyBits, fingerprint, fingerprintMd5, fingerprintSha256 };
  return { ...state, ...seen, ...(state.publicKeyBody === undefined ? {} : { publicKeyBody: publicKey }) };
}

export function without<T extends object, K extends keyof T>(value: T, ...names: K[]): Omit<T, K> {
  const rest = { ...value };
  for (const name of names) delete rest[name];
  return rest;
}
