import {
  type CreatedKey,
  ELSEWHERE,
  HOME,
  type KeySet,
  type Pair,
  type Program,
  pairsOfSet,
  placeOf,
  type Resource,
  type Tags,
} from "./program";
import type { Random } from "./random";

const RESOURCES = Array.from({ length: 60 }, (_, n) => `web-${n + 1}`);
const NAMES = Array.from({ length: 90 }, (_, n) => `named-${n + 1}`);
const MEMBERS = Array.from({ length: 120 }, (_, n) => `member-${n + 1}`);
/** Only programs say these, so that they are told from what other tools say. */
const TAG_KEYS = ["team", "env", "role"];
const TAG_VALUES = ["ops", "dev", "sec"];

/** What the planner knows: the program as it stands, and which names a new pair must not have now. */
export class World {
  /** Those of sets are not among them. */
  readonly pairs = new Map<string, Pair>();
  readonly sets = new Map<string, KeySet>();
  /** Places (`placeOf`) that are somebody else's for good. */
  readonly #foreign = new Set<string>();
  /** Logical names and places that the program has, or had since state and cloud last agreed. */
  readonly #resources = new Set<string>();
  readonly #places = new Set<string>();
  #keys = 0;
  #setNames = 0;
  #prefixes = 0;

  /** State, cloud and program agree: what the program does not use is free again, and aliases have served. */
  converged(random: Random): void {
    this.#resources.clear();
    this.#places.clear();
    const settled = <T extends Resource>(resource: T): T =>
      random.chance(0.7) ? { ...resource, formerNames: [] } : resource;
    for (const pair of [...this.pairs.values()]) this.put(settled(pair));
    for (const set of [...this.sets.values()]) this.putSet(settled(set));
  }

  put(pair: Pair): void {
    this.pairs.set(pair.resource, pair);
    for (const name of [pair.resource, ...pair.formerNames]) this.#resources.add(name);
    if (pair.keyPairName !== undefined) this.#places.add(placeOf(pair.region, pair.keyPairName));
  }

  putSet(set: KeySet): void {
    this.sets.set(set.resource, set);
    for (const place of placesOfSet(set)) this.#places.add(place);
  }

  /** A copy that later edits do not change. */
  snapshot(): Program {
    const pairs = [...this.pairs.values(), ...[...this.sets.values()].flatMap(pairsOfSet)];
    return { pairs: new Map(pairs.map((pair) => [pair.resource, pair])), sets: new Map(this.sets) };
  }

  giveAway(region: string, name: string): void {
    this.#foreign.add(placeOf(region, name));
  }

  /** @param place  As `placeOf` names it. */
  isFree(place: string): boolean {
    return !this.#foreign.has(place) && !this.#places.has(place);
  }

  freeResource(random: Random): string {
    return random.pick(RESOURCES.filter((name) => !this.#resources.has(name)));
  }

  /** Free in both regions. */
  freeName(random: Random): string {
    return random.pick(
      NAMES.filter((name) => [HOME, ELSEWHERE].every((region) => this.isFree(placeOf(region, name)))),
    );
  }

  /** Free in both regions. */
  freeMember(set: KeySet, random: Random): string {
    const everywhere = { ...set, regions: [HOME, ELSEWHERE] };
    const places = (member: string) => placesOfSet({ ...everywhere, members: { [member]: "created" } });
    return random.pick(MEMBERS.filter((member) => places(member).every((place) => this.isFree(place))));
  }

  /** Whether all names are free that the set has not had before the edit. */
  canBecome(before: KeySet, after: KeySet): boolean {
    const had = placesOfSet(before);
    return placesOfSet(after).every((place) => had.includes(place) || this.isFree(place));
  }

  /** Another one each time, so that no two sets ever have the same names in the cloud. */
  newSetName(): string {
    return `team-${++this.#setNames}`;
  }

  newPrefix(): string {
    return `crew-${++this.#prefixes}-`;
  }

  newKey(): number {
    return ++this.#keys;
  }

  newPair(random: Random): Pair {
    return {
      ...newResource(this.freeResource(random), random),
      ...(random.chance(0.45) && { keyPairName: this.freeName(random) }),
      key: random.chance(0.5) ? { from: "import", number: this.newKey() } : createdKey(random),
      region: random.chance(0.2) ? ELSEWHERE : HOME,
    };
  }

  newSet(random: Random): KeySet {
    const members = random.sample(MEMBERS, random.chance(0.15) ? random.int(30, 100) : random.int(1, 6));
    const key = (n: number) => (n < 5 && random.chance(0.4) ? "created" : this.newKey());
    return {
      ...newResource(this.newSetName(), random),
      ...(random.chance(0.5) && { keyPairNamePrefix: this.newPrefix() }),
      members: Object.fromEntries(members.map((member, n) => [member, key(n)])),
      created: { ...createdKey(random), ...(random.chance(0.5) && { keepers: 1 }) },
      regions: random.pick([[HOME], [ELSEWHERE], [HOME, ELSEWHERE], [HOME, ELSEWHERE]]),
    };
  }
}

function newResource(resource: string, random: Random): Resource {
  return {
    resource,
    formerNames: [],
    ...(random.chance(0.6) && { tags: someTags(random) }),
    tagChanges: random.pick(["replace", "update"]),
    ...(random.chance(0.2) && { resourceGroupId: someGroup(random) }),
  };
}

function placesOfSet(set: KeySet): string[] {
  return pairsOfSet(set).map(({ region, keyPairName = "" }) => placeOf(region, keyPairName));
}

export function createdKey(random: Random): CreatedKey {
  return random.chance(0.7) ? { from: "cloud" } : { from: "local", bits: random.pick([256, 384]) };
}

export function someTags(random: Random): Tags {
  const keys = random.sample(TAG_KEYS, random.int(1, TAG_KEYS.length));
  return Object.fromEntries(keys.map((key) => [key, random.pick(TAG_VALUES)]));
}

export function someGroup(random: Random): string {
  return random.pick(["rg-one", "rg-two"]);
}
