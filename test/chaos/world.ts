import { ELSEWHERE, HOME, type Key, type Pair, type Program, placeOf, type Tags } from "./program";
import type { Random } from "./random";

const RESOURCES = Array.from({ length: 60 }, (_, n) => `web-${n + 1}`);
const NAMES = Array.from({ length: 90 }, (_, n) => `named-${n + 1}`);
/** Only programs say these, so that they are told from what other tools say. */
const TAG_KEYS = ["team", "env", "role"];
const TAG_VALUES = ["ops", "dev", "sec"];

/** What the planner knows: the program as it stands, and which names a new pair must not have now. */
export class World {
  readonly program = new Map<string, Pair>();
  /** Places (`placeOf`) that are somebody else's for good. */
  readonly #foreign = new Set<string>();
  /** Logical names and places that the program has, or had since state and cloud last agreed. */
  readonly #resources = new Set<string>();
  readonly #places = new Set<string>();
  #keys = 0;

  /** State, cloud and program agree: what the program does not use is free again, and aliases have served. */
  converged(random: Random): void {
    this.#resources.clear();
    this.#places.clear();
    for (const pair of [...this.program.values()]) {
      this.put(random.chance(0.7) ? { ...pair, formerNames: [] } : pair);
    }
  }

  put(pair: Pair): void {
    this.program.set(pair.resource, pair);
    for (const name of [pair.resource, ...pair.formerNames]) this.#resources.add(name);
    if (pair.keyPairName !== undefined) this.#places.add(placeOf(pair.region, pair.keyPairName));
  }

  /** A copy that later edits do not change. */
  snapshot(): Program {
    return new Map(this.program);
  }

  giveAway(region: string, name: string): void {
    this.#foreign.add(placeOf(region, name));
  }

  isFree(region: string, name: string): boolean {
    const place = placeOf(region, name);
    return !this.#foreign.has(place) && !this.#places.has(place);
  }

  freeResource(random: Random): string {
    return random.pick(RESOURCES.filter((name) => !this.#resources.has(name)));
  }

  /** Free in both regions. */
  freeName(random: Random): string {
    return random.pick(
      NAMES.filter((name) => [HOME, ELSEWHERE].every((region) => this.isFree(region, name))),
    );
  }

  newKey(): number {
    return ++this.#keys;
  }

  newPair(random: Random): Pair {
    const tags = random.chance(0.6) ? someTags(random) : undefined;
    return {
      resource: this.freeResource(random),
      formerNames: [],
      ...(random.chance(0.45) && { keyPairName: this.freeName(random) }),
      key: random.chance(0.5) ? { from: "import", number: this.newKey() } : createdKey(random),
      ...(tags && { tags }),
      tagChanges: random.pick(["replace", "update"]),
      region: random.chance(0.2) ? ELSEWHERE : HOME,
      ...(random.chance(0.2) && { resourceGroupId: someGroup(random) }),
    };
  }
}

export function createdKey(random: Random): Key {
  return random.chance(0.7) ? { from: "cloud" } : { from: "local", bits: random.pick([256, 384]) };
}

export function someTags(random: Random): Tags {
  const keys = random.sample(TAG_KEYS, random.int(1, TAG_KEYS.length));
  return Object.fromEntries(keys.map((key) => [key, random.pick(TAG_VALUES)]));
}

export function someGroup(random: Random): string {
  return random.pick(["rg-one", "rg-two"]);
}
