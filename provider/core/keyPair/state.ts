import { fingerprintMd5, fingerprintSha256, formatPublicKeyLine, readPublicKey } from "../../keys";
import type { Backend, KeyPairRecord, Owner } from "../backend";
import type { Place } from "../connection";
import { defined } from "../defined";
import { isKeyPairError } from "../errors";
import type { CheckedKeyPairArgs, Connection, KeyPairState, Tags } from "../model";
import { argumentNames } from "../resource/propertyTable";
import { KEY_PAIR_PROPERTIES } from "./properties";

/** How far the clocks of this machine and the cloud may be apart: ECS refuses requests that are 15 minutes off. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** Outputs must have a value, and of this key nothing is known. */
const UNKNOWN_KEY: KeyOutputs = {
  publicKey: "",
  keyType: "",
  keyBits: 0,
  fingerprintMd5: "",
  fingerprintSha256: "",
};

const ARGUMENTS = argumentNames(KEY_PAIR_PROPERTIES);

/** Where a pair is, and to whom it belongs. */
export interface Whereabouts {
  backend: Backend;
  place: Place;
  owner: Owner | undefined;
}

/** What is known of a pair that has just been made, or taken over. */
export interface MadeKeyPair {
  record: KeyPairRecord;
  /** The key as it was sent, or as the private key holds it: clouds do not always repeat it. */
  publicKey: string;
  privateKey?: string;
}

type KeyOutputs = Pick<
  KeyPairState,
  "publicKey" | "keyType" | "keyBits" | "fingerprintMd5" | "fingerprintSha256"
>;

/** The state of a pair that has just been made or taken over. */
export function stateOf(
  { __keyInCloud: _fromRefresh, ...args }: CheckedKeyPairArgs,
  made: MadeKeyPair,
  { backend, place, owner }: Whereabouts,
): KeyPairState {
  const key = keyOutputsOf({ ...made.record, publicKey: made.publicKey });
  return defined({
    ...args,
    ...key,
    ...cloudOutputs(made.record),
    ownerId: made.record.ownerId ?? owner?.id,
    createdAt: made.record.createdAt ?? toTheMinute(new Date()),
    privateKey: made.privateKey,
    backend: backend.name,
    region: backend.region,
    __ownKey: key.fingerprintSha256,
    __account: place.account,
  });
}

/**
 * The state of a pair of which it is not known whether the cloud made it. The engine keeps it, so that no pair is lost: the next run
 * replaces it, and so deletes the pair if it is there.
 */
export function doubtfulStateOf(
  { __keyInCloud: _fromRefresh, privateKeyFile: _notWritten, ...args }: CheckedKeyPairArgs,
  startedAt: number,
  { backend, place, owner }: Whereabouts,
): KeyPairState {
  const key = args.publicKeyBody === undefined ? UNKNOWN_KEY : keyOutputs(args.publicKeyBody);
  return defined({
    ...args,
    ...key,
    fingerprint: key.fingerprintMd5,
    ownerId: owner?.id,
    createdAt: new Date(startedAt).toISOString(),
    backend: backend.name,
    region: backend.region,
    __ownKey: key.fingerprintSha256,
    __account: place.account,
    __isDoubtful: true,
  });
}

/** The state after the cloud was looked at. A pair whose key somebody replaced shows that key, and keeps whose it was. */
export function refreshedState(state: KeyPairState, record: KeyPairRecord): KeyPairState {
  if (state.__isDoubtful) return state;
  const isSameKey = holdsSameKey(state, record);
  const key = isSameKey ? {} : keyOutputsOf(record);
  return defined({
    ...state,
    ...key,
    ...cloudOutputs(record),
    publicKeyBody: state.publicKeyBody === undefined || isSameKey ? state.publicKeyBody : record.publicKey,
    // A time does not change while the pair is the same, however exactly it is told.
    createdAt: state.createdAt ?? record.createdAt,
    tags: state.tags && tagsSaid(state.tags, record.tags),
    resourceGroupId: state.resourceGroupId === undefined ? undefined : record.resourceGroupId,
  });
}

/** The state of a pair of which only the name is known (`KeyPair.get`, `pulumi import`): everything is as the cloud says. */
export function foundState(
  record: KeyPairRecord,
  whereabouts: Whereabouts,
  connection?: Connection,
): KeyPairState {
  const { backend, place, owner } = whereabouts;
  const key = keyOutputsOf(record);
  return defined({
    ...key,
    ...cloudOutputs(record),
    ownerId: record.ownerId ?? owner?.id,
    publicKeyBody: key.publicKey || undefined,
    tags: record.tags && Object.keys(record.tags).length > 0 ? record.tags : undefined,
    createdAt: record.createdAt,
    connection,
    backend: backend.name,
    region: backend.region,
    __ownKey: key.fingerprintSha256,
    __account: place.account,
  });
}

/** The arguments with which the program would say what the state says. After a refresh, drift shows in them. */
export function argumentsOf(state: KeyPairState): CheckedKeyPairArgs {
  const names: readonly string[] = [...ARGUMENTS, "__automaticName"];
  const said = Object.entries(state).filter(([name]) => names.includes(name));
  const isForeign = state.publicKeyBody === undefined && state.fingerprintSha256 !== state.__ownKey;
  return {
    ...(Object.fromEntries(said) as Partial<CheckedKeyPairArgs>),
    keyPairName: state.keyPairName,
    ...(isForeign ? { __keyInCloud: state.fingerprintSha256 } : {}),
  };
}

/** What a record says as outputs: of the key, and of the cloud. */
export function recordOutputs(record: KeyPairRecord) {
  return { ...keyOutputsOf(record), ...cloudOutputs(record) };
}

/** Whether the pair in the cloud still holds the key that this resource made or imported. */
export function isOwn(state: KeyPairState, record: KeyPairRecord): boolean {
  if (state.__isDoubtful) return isOfDoubt(state, record);
  const wasOwn = state.fingerprintSha256 === state.__ownKey;
  return wasOwn ? holdsSameKey(state, record) : fingerprintOf(record) === state.__ownKey;
}

/** No pair had the name before the call of which the reply was lost. */
function isOfDoubt({ createdAt = "", __ownKey }: KeyPairState, record: KeyPairRecord): boolean {
  const isKey = __ownKey === "" || fingerprintOf(record) === __ownKey;
  return isKey && isMadeSince(record.createdAt, Date.parse(createdAt));
}

/** The SHA-256 fingerprint of the key in the cloud; `""` where the cloud does not tell enough. */
export function fingerprintOf(record: KeyPairRecord): string {
  return keyOutputsOf(record).fingerprintSha256;
}

/** Whether the pair was made after this time (ms since the epoch), as far as the cloud tells. */
export function isMadeSince(createdAt: string | undefined, time: number): boolean {
  return createdAt === undefined || Date.parse(createdAt) >= time - CLOCK_SKEW_MS;
}

/** The values that the cloud has now of the tags that the program said. Other tags are another tool's. */
function tagsSaid(said: Tags, inCloud: Tags = {}): Tags {
  return Object.fromEntries(Object.entries(inCloud).filter(([key]) => Object.hasOwn(said, key)));
}

/** Compares decoded keys; if the cloud does not give the key, the fingerprint as it was given before. */
function holdsSameKey(state: KeyPairState, record: KeyPairRecord): boolean {
  if (record.publicKey === undefined || state.fingerprintSha256 === "")
    return record.fingerprint === state.fingerprint;
  return fingerprintOf(record) === state.fingerprintSha256;
}

function cloudOutputs({ name, id, fingerprint, ownerId }: KeyPairRecord) {
  return {
    keyPairName: name,
    fingerprint,
    ...(id === undefined ? {} : { keyPairId: id }),
    ...(ownerId === undefined ? {} : { ownerId }),
  };
}

/** What a public key says of itself. */
export function keyOutputs(publicKey: string): KeyOutputs {
  const key = readPublicKey(publicKey);
  return {
    publicKey: formatPublicKeyLine(key),
    keyType: key.algorithm,
    keyBits: key.bits,
    fingerprintMd5: fingerprintMd5(key),
    fingerprintSha256: fingerprintSha256(key),
  };
}

/** Of somebody else's key the cloud may tell no more than the fingerprint, or hold a text that is no single key. */
function keyOutputsOf(record: KeyPairRecord): KeyOutputs {
  try {
    if (record.publicKey !== undefined) return keyOutputs(record.publicKey);
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
  }
  return { ...UNKNOWN_KEY, fingerprintMd5: record.fingerprint };
}

/** As exact as ECS tells it, so that a refresh shows the same. */
function toTheMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`;
}
