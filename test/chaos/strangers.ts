import { ELSEWHERE, HOME, type Pair, type Tags } from "./program";
import type { Random } from "./random";
import type { World } from "./world";

/** What somebody else does in the cloud. A resource, or a pair of a set, stands for what it has there then. */
export type Act =
  | { kind: "delete"; resource: string }
  | { kind: "replace the key"; resource: string; key: number }
  /** Tags that no program says. */
  | { kind: "add tags"; resource: string; tags: Tags }
  | { kind: "change a tag"; resource: string; tags: Tags }
  | { kind: "remove a tag"; resource: string; tag: string }
  /** A pair of his own. `blocks`: the program is about to want that name, and until he goes it must not get it. */
  | { kind: "make a pair"; region: string; name: string; key: number; tags: Tags; blocks?: string };

export type ActKind = Act["kind"];

const MOST_ACTS = 8;

/** What strangers do to the program's pairs in a round, each to another one. */
export function actsOn(world: World, random: Random): Act[] {
  const pairs = [...world.snapshot().pairs.values()];
  const count = random.int(1, Math.min(MOST_ACTS, Math.max(1, Math.ceil(pairs.length / 5))));
  return random.sample(pairs, count).map((pair) => actOn(pair, world, random));
}

function actOn({ resource, tags, keyPairName, region }: Pair, world: World, random: Random): Act {
  const add: Act = { kind: "add tags", resource, tags: { robot: `seen-${random.int(1, 99)}` } };
  const said = Object.keys(tags ?? {});
  switch (random.pick(["delete", "replace the key", "add tags", "change a tag", "remove a tag"] as const)) {
    case "delete":
      return { kind: "delete", resource };
    case "replace the key":
      // His pair may stay there after the program has left the name.
      if (keyPairName !== undefined) world.giveAway(region, keyPairName);
      return { kind: "replace the key", resource, key: world.newKey() };
    case "change a tag":
      return said.length === 0
        ? add
        : { kind: "change a tag", resource, tags: { [random.pick(said)]: "theirs" } };
    case "remove a tag":
      return said.length === 0 ? add : { kind: "remove a tag", resource, tag: random.pick(said) };
    default:
      return add;
  }
}

/** A pair that nobody may touch. Some look much like the program's own: by their names, or by their keys. */
export function newForeignPair(world: World, random: Random): Act {
  const pair = random.pick([...world.snapshot().pairs.values()]);
  const region = random.pick([HOME, ELSEWHERE]);
  const name = random.pick([
    `${pair.keyPairName ?? pair.resource}-${random.int(0, 0xfffffff).toString(16).padStart(7, "0")}`,
    `theirs-${random.int(1, 9999)}`,
  ]);
  world.giveAway(region, name);
  const key = pair.key.from === "import" && random.chance(0.5) ? pair.key.number : world.newKey();
  const tags = random.pick<Tags>([{}, { team: "theirs" }, pair.tags ?? {}]);
  return { kind: "make a pair", region, name, key, tags };
}

/** A pair of a name that the program says for the first time in this round. Where the key is the program's, it is his still. */
export function blockName(pair: Pair, world: World, random: Random): Act | undefined {
  const { keyPairName, region, resource, key } = pair;
  if (keyPairName === undefined) return undefined;
  world.giveAway(region, keyPairName);
  const own = key.from === "import" && random.chance(0.5) ? key.number : world.newKey();
  return {
    kind: "make a pair",
    region,
    name: keyPairName,
    key: own,
    tags: { owner: "theirs" },
    blocks: resource,
  };
}

export function toldAct(act: Act): string {
  const { kind, ...rest } = act;
  return `somebody else: ${kind} ${JSON.stringify(rest)}`;
}
