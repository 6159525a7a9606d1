import type { BackendCatalog } from "../backend";
import type { ProviderSettings } from "../connection";
import { defined } from "../defined";
import { compareGeneration, compareKeepers } from "../keyPair/compare";
import { diffKeyPair } from "../keyPair/diff";
import type { CheckedKeyPairSetArgs } from "../model";
import { isReplacement, type PropertyChange } from "../resource/propertyTable";
import { hasUnknown, knownPart, type PartlyUnknown } from "../unknown";
import { undecided, type WantedPair, wantedPairs } from "./members";
import { OF_A_CREATED_KEY, rotationWarnings } from "./rotationWarnings";
import { type Contents, type MemberKey, regionOf, type StoredPair, slotName } from "./state";
import { wordedForSet } from "./wording";

/*
 * What must happen to each key pair of a set: the one comparison that diff, preview, create and update use. It makes no call. Whether
 * a single pair has changed, and how, is what the diff of a single key pair says.
 */

/** The properties of a single key pair that say which key it holds. */
export const OF_THE_KEY: ReadonlySet<string> = new Set(["publicKeyBody", ...OF_A_CREATED_KEY]);

/** What happens to one key pair. */
export type PairStep =
  | { kind: "add"; wanted: WantedPair }
  | {
      /** `update`: in place. `replace`: deleted, then made again by the same name. `move`: the new one first, then the old one removed. */
      kind: "update" | "replace" | "move";
      wanted: WantedPair;
      stored: StoredPair;
      changes: PropertyChange[];
    }
  | Removal;

export interface Removal {
  kind: "remove";
  stored: StoredPair;
}

export interface Plan {
  steps: PairStep[];
  wanted: WantedPair[];
  /** What the set has, with each pair that is wanted in its place. */
  contents: Contents;
  /** The keys that created members have and keep. A created member without one gets a new key. */
  keys: Map<string, MemberKey>;
  /** How many regions the program wants. */
  regionCount: number;
  /** What the user must know, each at a member. */
  warnings: string[];
  /** The argument that is not known yet, if it decides which key pairs there are. Then there are no steps. */
  undecided: string | undefined;
}

export interface Planning {
  settings: ProviderSettings;
  catalog: BackendCatalog;
}

/** Compares what the set has with what the program wants. */
export function planSet(
  contents: Contents,
  args: PartlyUnknown<CheckedKeyPairSetArgs>,
  { settings, catalog }: Planning,
): Plan {
  const open = undecided(args);
  if (open) return { ...noPlan(contents), undecided: open };
  const wanted = wantedPairs(args, settings, catalog);
  const created = new Set(wanted.filter(({ isCreated }) => isCreated).map(({ member }) => member));
  const slots = slotsOf(contents);
  const keys = new Map(
    [...created].flatMap((member) => {
      const kept = keptKey(contents.keys.get(member), slots.get(member) ?? [], args);
      return kept ? [[member, kept] as const] : [];
    }),
  );
  const isKeyDecided = !hasUnknown([args.keyGeneration, args.keepers]);
  const rotated = new Set(
    [...created].filter((member) => isKeyDecided && contents.keys.has(member) && !keys.has(member)),
  );
  const compare = (pair: WantedPair, stored: StoredPair) =>
    comparison(pair, stored, { keys, rotated, settings, catalog });
  const warnings = new Set<string>();
  const used = new Set<StoredPair>();
  const steps = wanted.flatMap((pair): PairStep[] => {
    const free = candidates(pair, slots).filter((stored) => !used.has(stored));
    const compared = free.map((stored) => ({ stored, ...compare(pair, stored) }));
    // A pair whose place another one took may be wanted again. One that has the wanted name must not be in the way of another.
    const best =
      compared.find(({ isReplaced }) => !isReplaced) ??
      compared.find(({ kind }) => kind === "replace") ??
      compared[0];
    if (!best) return [{ kind: "add", wanted: pair }];
    used.add(best.stored);
    for (const warning of best.warnings) warnings.add(wordedForSet(warning));
    const { stored, changes, kind } = best;
    return kind ? [{ kind, wanted: pair, stored, changes }] : [];
  });
  const all = [...contents.pairs, ...contents.leftOver];
  const others = all.filter((stored) => !used.has(stored));
  const removals = others.map((stored) => ({ kind: "remove", stored }) as const);
  return {
    steps: [...steps, ...removals],
    wanted,
    contents: arranged(contents, used, others),
    keys,
    regionCount: new Set(wanted.map(({ region }) => region)).size,
    warnings: [...rotationWarnings(steps, keys, contents), ...warnings],
    undecided: undefined,
  };
}

/** Leaves what the set has as it is. */
export function noPlan(contents: Contents): Plan {
  return {
    steps: [],
    wanted: [],
    contents,
    keys: contents.keys,
    regionCount: 0,
    warnings: [],
    undecided: undefined,
  };
}

/** What is not wanted stays among the pairs while nothing else has its place. A place has one pair. */
function arranged({ keys }: Contents, used: ReadonlySet<StoredPair>, others: StoredPair[]): Contents {
  const slots = new Set([...used].map(slotName));
  const pairs = [...used];
  const leftOver: StoredPair[] = [];
  for (const pair of others) {
    if (slots.has(slotName(pair))) leftOver.push(pair);
    else pairs.push(pair);
    slots.add(slotName(pair));
  }
  return { pairs, leftOver, keys };
}

/** The key pairs by member. */
type Slots = ReadonlyMap<string, readonly StoredPair[]>;

function slotsOf({ pairs, leftOver }: Contents): Slots {
  return Map.groupBy([...pairs, ...leftOver], ({ member }) => member);
}

/** What the set has of the member in the region: its pair, then those whose place it took. */
function candidates({ member, region }: WantedPair, slots: Slots): readonly StoredPair[] {
  const ofMember = slots.get(member) ?? [];
  // A pair whose region no cloud has named may be in any.
  const isThere = (stored: StoredPair) => [region, regionOf(undefined)].includes(stored.region);
  if (region !== undefined) return ofMember.filter(isThere);
  // Only a call can tell which region is the default one: it counts as the one where the pair is.
  const first = ofMember[0];
  return first ? ofMember.filter((stored) => stored.region === first.region) : [];
}

function comparison(
  { args, isCreated, member }: WantedPair,
  { state }: StoredPair,
  { keys, rotated, settings, catalog }: Planning & { keys: Plan["keys"]; rotated: ReadonlySet<string> },
) {
  const diff = diffKeyPair({ state, args, settings, catalog });
  const { deleteBeforeReplace } = diff;
  const changes = [...diff.changes];
  const key = keys.get(member);
  // Another region has the new key already, or the member is to have the key of another region, or one that is still to be made.
  const hasOtherKey = rotated.has(member) || (isCreated && key && key.fingerprintSha256 !== state.__ownKey);
  const isKeyReplaced = changes.some(({ property, kind }) => kind === "replace" && OF_THE_KEY.has(property));
  if (hasOtherKey && !isKeyReplaced) changes.push({ property: "publicKeyBody", kind: "replace" });
  const isReplaced = isReplacement(changes);
  const kind = !isReplaced
    ? changes.length > 0
      ? "update"
      : undefined
    : deleteBeforeReplace
      ? "replace"
      : "move";
  // Of a created member that keeps its key nothing is rotated, and the others are warned of once a member.
  const isOfOneKind = (state.publicKeyBody === undefined) === isCreated;
  return { changes, isReplaced, kind, warnings: isReplaced && isOfOneKind ? [] : diff.warnings } as const;
}

/**
 * The key that the created member has and is to keep: the one that was made from the same `keyGeneration` and `keepers`. After a
 * rotation that reached some of its regions only, that is the new one; after the change was taken back, it is the old one.
 */
function keptKey(
  noted: MemberKey | undefined,
  pairs: readonly StoredPair[],
  { keyGeneration, keepers }: PartlyUnknown<CheckedKeyPairSetArgs>,
): MemberKey | undefined {
  if (hasUnknown([keyGeneration, keepers])) return undefined;
  const args = knownPart<Pick<CheckedKeyPairSetArgs, "keyGeneration" | "keepers">>(
    defined({ keyGeneration, keepers }) as object,
  );
  const isKept = (key: MemberKey) =>
    compareGeneration({ state: key, args }) !== "replace" &&
    compareKeepers({ state: key, args }) !== "replace";
  // A pair that holds the noted key may have been left behind when the member got its first keepers.
  const ofPairs = pairs
    .filter(isCertain)
    .map(({ state }) => memberKeyOf(state))
    .filter(({ fingerprintSha256 }) => fingerprintSha256 !== noted?.fingerprintSha256);
  return [...(noted ? [noted] : []), ...ofPairs].find(isKept);
}

/** Whether the state tells the key that the pair was made with. */
function isCertain({ state }: StoredPair): boolean {
  const { publicKeyBody, fingerprintSha256, __ownKey, __isDoubtful } = state;
  return publicKeyBody === undefined && fingerprintSha256 === __ownKey && !__isDoubtful;
}

/** The key of a created pair. */
export function memberKeyOf(state: StoredPair["state"]): MemberKey {
  const { publicKey, fingerprintSha256, keyGeneration, keepers } = state;
  return defined({ publicKey, fingerprintSha256, ...placeOfPrivateKey(state), keyGeneration, keepers });
}

/** The private key, or the file that holds it in the place of the state. */
export function placeOfPrivateKey({ privateKey, privateKeyFile, savePrivateKey }: StoredPair["state"]) {
  return privateKey === undefined ? defined({ privateKeyFile, savePrivateKey }) : { privateKey };
}
