import type { Backend, KeyPairRecord, Owner } from "../backend";
import type { Place } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, Connection, IgnoreTags, KeyPairState } from "../model";
import { argumentNames } from "../resource/propertyTable";
import { fingerprintOf, keyOutputs, keyOutputsOf, UNKNOWN_KEY } from "./keyFacts";
import { KEY_PAIR_PROPERTIES } from "./properties";
import { tagsSaid } from "./tags";

/** How far the clocks of this machine and the cloud may be apart: ECS refuses requests that are 15 minutes off. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** How long after its reply was lost a request may still take effect: ECS refuses one that it gets later than that. */
const LATE_EFFECT_MS = 15 * 60_000;

const ARGUMENTS = argumentNames(KEY_PAIR_PROPERTIES);

/** Where a pair is, and to whom it belongs. */
export interface Whereabouts {
  backend: Backend;
  place: Place;
  owner: Owner | undefined;
}

/** What is known about a pair that was just made or taken over. */
export interface MadeKeyPair {
  record: KeyPairRecord;
  /** The key as it was sent, or as the private key holds it, because clouds do not always return it. */
  publicKey: string;
  privateKey?: string;
}

/** A call that may or may not have made a pair. Times are milliseconds since the epoch. */
export interface DoubtfulCall {
  /** The key that was sent, as an OpenSSH line; `undefined` if the cloud was to make it. */
  publicKey: string | undefined;
  startedAt: number;
  /** `undefined`: nobody else can have the name or the key, so a pair is this call's whenever it was made. */
  endedAt: number | undefined;
}

/** The arguments without the notes that a check or a refresh makes for the next diff. */
export function withoutNotes({ __keyInCloud: _, __keyInFile: __, ...args }: CheckedKeyPairArgs) {
  return args;
}

/** The state of a pair that was just made or taken over. */
export function stateOf(
  args: CheckedKeyPairArgs,
  made: MadeKeyPair,
  { backend, place, owner }: Whereabouts,
): KeyPairState {
  const key = keyOutputsOf({ ...made.record, publicKey: made.publicKey });
  return defined({
    ...withoutNotes(args),
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
 * The state of a pair that the cloud may or may not have made. The engine keeps this state, so that no pair
 * is lost: the next run replaces it, and that deletes the pair if it exists.
 */
export function doubtfulStateOf(
  { privateKeyFile: _notWritten, ...args }: CheckedKeyPairArgs,
  { publicKey, startedAt, endedAt }: DoubtfulCall,
  { backend, place, owner }: Whereabouts,
): KeyPairState {
  const key = publicKey === undefined ? UNKNOWN_KEY : keyOutputs(publicKey);
  return defined({
    ...withoutNotes(args),
    ...key,
    fingerprint: key.fingerprintMd5,
    ownerId: owner?.id,
    createdAt: new Date(startedAt).toISOString(),
    backend: backend.name,
    region: backend.region,
    __ownKey: key.fingerprintSha256,
    __account: place.account,
    __isDoubtful: true,
    __callEndedAt: endedAt === undefined ? undefined : new Date(endedAt).toISOString(),
  });
}

/**
 * The state after a look at the cloud. If somebody replaced the pair's key, the state shows the new key, and
 * still records the resource's own key.
 */
export function refreshedState(
  state: KeyPairState,
  record: KeyPairRecord,
  ignored?: IgnoreTags,
): KeyPairState {
  if (state.__isDoubtful) return state;
  const isSameKey = holdsSameKey(state, record);
  const key = isSameKey ? {} : keyOutputsOf(record);
  return defined({
    ...state,
    ...key,
    ...cloudOutputs(record),
    publicKeyBody: state.publicKeyBody === undefined || isSameKey ? state.publicKeyBody : record.publicKey,
    // The same pair keeps its time, even if the cloud now gives that time more or less exactly.
    createdAt: state.createdAt ?? record.createdAt,
    tags: state.tags && tagsSaid(state.tags, record.tags, ignored),
    resourceGroupId: state.resourceGroupId === undefined ? undefined : record.resourceGroupId,
  });
}

/** The state of a pair known by name only (`KeyPair.get`, `pulumi import`): all values are the cloud's. */
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

/** The arguments that would describe the state. After a refresh they show drift. */
export function argumentsOf(state: KeyPairState): CheckedKeyPairArgs {
  const names: readonly string[] = [...ARGUMENTS, "__automaticName", "__configuredName"];
  const said = Object.entries(state).filter(([name]) => names.includes(name));
  const isForeign = state.publicKeyBody === undefined && state.fingerprintSha256 !== state.__ownKey;
  return defined({
    ...(Object.fromEntries(said) as Partial<CheckedKeyPairArgs>),
    keyPairName: state.keyPairName,
    __keyInCloud: isForeign ? state.fingerprintSha256 : undefined,
  });
}

/** A record's values as outputs: those of the key, and those of the cloud. */
export function recordOutputs(record: KeyPairRecord) {
  return { ...keyOutputsOf(record), ...cloudOutputs(record) };
}

/** Whether the pair in the cloud still holds the key that this resource made or imported. */
export function isOwn(state: KeyPairState, record: KeyPairRecord): boolean {
  if (state.__isDoubtful) return isOfDoubt(state, record);
  const wasOwn = state.fingerprintSha256 === state.__ownKey;
  return wasOwn ? holdsSameKey(state, record) : fingerprintOf(record) === state.__ownKey;
}

/**
 * Before the call whose reply was lost, no pair had the name that could pass for its own. So a pair that was made since is this call's,
 * as long as the request may still have taken effect. One of a name or key that was made for the call is so at any time.
 */
function isOfDoubt(state: KeyPairState, record: KeyPairRecord): boolean {
  const { createdAt = "", __callEndedAt, __ownKey, publicKeyBody } = state;
  const isKey = __ownKey === "" || fingerprintOf(record) === __ownKey;
  // The end of a call is noted where another pair may have this name and key.
  const isNewKey = __ownKey !== "" && __callEndedAt === undefined && publicKeyBody === undefined;
  if (isNewKey || hasNewName(state)) return isKey;
  const isInTime =
    __callEndedAt === undefined || isMadeUntil(record.createdAt, Date.parse(__callEndedAt) + LATE_EFFECT_MS);
  return isKey && isInTime && isMadeSince(record.createdAt, Date.parse(createdAt));
}

/** Whether the name was made by the provider, with random digits, so that nobody else can have it. */
export function hasNewName({
  __automaticName,
  __configuredName,
}: Pick<CheckedKeyPairArgs, "__automaticName" | "__configuredName">): boolean {
  return __automaticName === true && __configuredName !== true;
}

/**
 * Whether a pair that is read later is still the one that was found. A time that one of them lacks is no
 * difference: Nova tells it for one pair, but not in a listing.
 */
export function isSameAs(found: KeyPairRecord): (record: KeyPairRecord) => boolean {
  return (record) =>
    record.fingerprint === found.fingerprint &&
    (record.createdAt ?? found.createdAt) === (found.createdAt ?? record.createdAt) &&
    fingerprintOf(record) === fingerprintOf(found);
}

/** Whether the pair was made after this time (ms since the epoch), as far as the cloud tells. */
export function isMadeSince(createdAt: string | undefined, time: number): boolean {
  return createdAt === undefined || Date.parse(createdAt) >= time - CLOCK_SKEW_MS;
}

/** Whether the pair was made before this time (ms since the epoch), as far as the cloud tells. */
export function isMadeUntil(createdAt: string | undefined, time: number): boolean {
  return createdAt === undefined || Date.parse(createdAt) <= time + CLOCK_SKEW_MS;
}

/**
 * Compares decoded keys. If the cloud does not give the key, compares its fingerprint with the stored one.
 */
export function holdsSameKey(
  state: Pick<KeyPairState, "fingerprint" | "fingerprintSha256">,
  record: KeyPairRecord,
): boolean {
  if (record.publicKey === undefined || state.fingerprintSha256 === "")
    return record.fingerprint === state.fingerprint;
  return fingerprintOf(record) === state.fingerprintSha256;
}

function cloudOutputs({ name, id, fingerprint, ownerId }: KeyPairRecord) {
  return {
    keyPairName: name,
    fingerprint,
    ...defined({ keyPairId: id, ownerId }),
  };
}

/** With the precision that ECS uses, so that a refresh shows the same value. */
function toTheMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`;
}
