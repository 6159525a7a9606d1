import { defined } from "../defined";
import { COMPUTED_PROPERTIES } from "../keyPair/properties";
import type {
  CheckedKeyPairSetArgs,
  KeyPairSetKey,
  KeyPairSetLeftOver,
  KeyPairSetMember,
  KeyPairSetNote,
  KeyPairSetState,
  KeyPairState,
} from "../model";
import { SET_ARGUMENTS } from "./properties";

/*
 * A set's state holds each of its key pairs once: what programs may see in `keyPairs`, private keys by member in `privateKeys`, and
 * the rest in notes. Here the parts become the state of a single key pair, which all of its functions take, and back.
 */

/** Where the key of a region goes that no configuration and no cloud has named. */
const NAMELESS_REGION = "default";

const PRIVATE_KEYS = ["privateKey", "privateKeyOpenssh", "privateKeyPem"] as const;
const FACTS: readonly string[] = [...COMPUTED_PROPERTIES, "keyPairName", "tags", "resourceGroupId"].filter(
  (name) => !PRIVATE_KEYS.some((other) => other === name),
);

/** A key pair of the set, as a single one is stored. */
export interface StoredPair {
  member: string;
  region: string;
  state: KeyPairState;
}

/** The key of a created member. It outlives its key pairs: one that is lost is made again with the same key. */
export interface MemberKey extends KeyPairSetKey {
  privateKey?: string;
}

/** What a set has. */
export interface Contents {
  pairs: StoredPair[];
  /** Pairs whose places others have taken, and that are still to be removed. */
  leftOver: StoredPair[];
  keys: Map<string, MemberKey>;
}

export function noContents(): Contents {
  return { pairs: [], leftOver: [], keys: new Map() };
}

/** What the region of a pair is called in `keyPairs`. */
export function regionOf(region: string | undefined): string {
  return region ?? NAMELESS_REGION;
}

/** A member in a region, as one text. A set has one pair there. */
export function slotName({ member, region }: Pick<StoredPair, "member" | "region">): string {
  return `${member}\0${region}`;
}

/** The key pairs of a stored set. */
export function contentsOf(state: KeyPairSetState): Contents {
  const { privateKeys = {}, keyPairs = {}, __notes = {}, __keys = {}, __leftOver = [] } = state;
  const keys = new Map(
    Object.entries(__keys).map(([member, key]) => [
      member,
      defined({ ...key, privateKey: privateKeys[member] }),
    ]),
  );
  const whole = ({
    member,
    region,
    keyPair: { isKeyUnwritten = false, ...keyPair },
  }: KeyPairSetLeftOver): StoredPair => {
    const key = keys.get(member);
    const held = state.__olderPrivateKeys?.[keyPair.__ownKey];
    const ofMember = key?.fingerprintSha256 === keyPair.__ownKey ? key.privateKey : undefined;
    const privateKey = isForFileOnly(keyPair) && !isKeyUnwritten ? undefined : (held ?? ofMember);
    return { member, region, state: defined({ ...keyPair, privateKey }) };
  };
  const pairs = Object.entries(keyPairs).flatMap(([member, byRegion]) =>
    Object.entries(byRegion).map(([region, facts]) => {
      const { isImported, ...note } = __notes[member]?.[region] ?? { __ownKey: facts.fingerprintSha256 };
      const publicKeyBody = note.publicKeyBody ?? (isImported ? facts.publicKey : undefined);
      return whole({ member, region, keyPair: defined({ ...facts, ...note, publicKeyBody }) });
    }),
  );
  return { pairs, leftOver: __leftOver.map(whole), keys };
}

/** The state of a set with these arguments and these key pairs. */
export function setStateOf(args: CheckedKeyPairSetArgs, contents: Contents): KeyPairSetState {
  const { pairs, leftOver, keys } = contents;
  const { __keysInFiles: _lookedAtAgain, keyPairs: _planned, ...said } = args;
  const all = [...pairs, ...leftOver];
  const held = new Map(
    all.flatMap(({ state: { __ownKey, privateKey } }) =>
      privateKey === undefined ? [] : [[__ownKey, privateKey] as const],
    ),
  );
  const privateKeys = [...keys].flatMap(([member, key]) => {
    const privateKey = key.privateKey ?? held.get(key.fingerprintSha256);
    return privateKey === undefined ? [] : [[member, privateKey] as const];
  });
  const older = all.flatMap(({ member, state: { privateKey, __ownKey } }) =>
    privateKey === undefined || keys.get(member)?.fingerprintSha256 === __ownKey
      ? []
      : [[__ownKey, privateKey]],
  );
  const kept = [...keys].map(([member, { privateKey: _inPrivateKeys, ...key }]) => [member, key]);
  return defined({
    ...said,
    keyPairNames: [...new Set(pairs.map(({ state }) => state.keyPairName))].sort(),
    keyPairs: byMember(pairs, factsOf),
    privateKeys: Object.fromEntries(privateKeys.sort(byName)),
    __notes: byMember(pairs, noteOf),
    __keys: kept.length > 0 ? Object.fromEntries(kept) : undefined,
    __leftOver: leftOver.length > 0 ? leftOver.map(leftOverOf) : undefined,
    __olderPrivateKeys: older.length > 0 ? Object.fromEntries(older) : undefined,
  });
}

/** The arguments that would describe the state. */
export function setArgumentsOf(state: KeyPairSetState): CheckedKeyPairSetArgs {
  const names: readonly string[] = [...SET_ARGUMENTS, "__folderKeys", "__automaticPrefix"];
  const said = Object.entries(state).filter(([name]) => names.includes(name));
  return { keyPairNamePrefix: state.keyPairNamePrefix, ...Object.fromEntries(said) };
}

/** Whether the private key belongs in its file, and not in the state. */
export function isForFileOnly({ savePrivateKey, privateKeyFile }: KeyPairState): boolean {
  return savePrivateKey === false && privateKeyFile !== undefined;
}

/** What programs may see of the pair. */
export function factsOf({ state }: StoredPair): KeyPairSetMember {
  return pick(state, (name) => FACTS.includes(name)) as KeyPairSetMember;
}

function noteOf({ state }: StoredPair): KeyPairSetNote {
  const { publicKeyBody, ...rest } = withoutPrivateKey(state);
  const note = pick(rest, (name) => !FACTS.includes(name)) as KeyPairSetNote;
  if (publicKeyBody === undefined) return note;
  return publicKeyBody === state.publicKey ? { ...note, isImported: true } : { ...note, publicKeyBody };
}

function leftOverOf({ member, region, state }: StoredPair): KeyPairSetLeftOver {
  return { member, region, keyPair: withoutPrivateKey(state) };
}

/** Private keys are stored once a key. */
function withoutPrivateKey({ privateKey, ...state }: KeyPairState): KeyPairSetLeftOver["keyPair"] {
  return privateKey !== undefined && isForFileOnly(state) ? { ...state, isKeyUnwritten: true } : state;
}

/** A value for each pair, by member and region, both in the order of their names. */
export function byMember<Pair extends { member: string; region: string }, T>(
  pairs: readonly Pair[],
  partOf: (pair: Pair) => T,
): { [member: string]: { [region: string]: T } } {
  const members = new Map<string, [string, T][]>();
  for (const pair of pairs) {
    members.set(pair.member, [...(members.get(pair.member) ?? []), [pair.region, partOf(pair)]]);
  }
  const entries = [...members].map(
    ([member, regions]) => [member, Object.fromEntries(regions.sort(byName))] as const,
  );
  return Object.fromEntries(entries.sort(byName));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function pick(value: object, isPicked: (name: string) => boolean): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => isPicked(name)));
}
