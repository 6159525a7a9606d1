import { isDeepStrictEqual } from "node:util";
import { ELSEWHERE, HOME, type Pair } from "./program";
import type { Random } from "./random";
import { createdKey, someGroup, someTags, type World } from "./world";

/** Changes the program and says how, in a few words. `undefined`: it has nothing to change here. */
export type Edit = (world: World, random: Random) => string | undefined;

const MOST_PAIRS = 40;

/** What an author does to a program. */
export const EDITS = {
  add: (world, random) => {
    if (world.program.size >= MOST_PAIRS) return undefined;
    const pair = world.newPair(random);
    world.put(pair);
    return `add ${described(pair)}`;
  },
  remove: (world, random) => {
    if (world.program.size < 2) return undefined;
    const pair = random.pick([...world.program.values()]);
    world.program.delete(pair.resource);
    return `remove ${pair.resource}`;
  },
  "rename with an alias": (world, random) => {
    const pair = random.pick([...world.program.values()]);
    const resource = world.freeResource(random);
    world.program.delete(pair.resource);
    world.put({ ...pair, resource, formerNames: [...pair.formerNames, pair.resource] });
    return `rename ${pair.resource} to ${resource}, with an alias`;
  },
  "rename without an alias": (world, random) => {
    const { keyPairName, ...pair } = random.pick([...world.program.values()]);
    const resource = world.freeResource(random);
    world.program.delete(pair.resource);
    // A new pair cannot have the name while the old one has it: the engine makes before it deletes.
    const name = keyPairName === undefined ? {} : { keyPairName: world.freeName(random) };
    world.put({ ...pair, ...name, resource, formerNames: [] });
    return `rename ${pair.resource} to ${resource}, without an alias${name.keyPairName ? `, named ${name.keyPairName}` : ""}`;
  },
  "name explicitly": (world, random) =>
    change(world, random, (pair) => ({ ...pair, keyPairName: world.freeName(random) })),
  "name automatically": (world, random) =>
    change(world, random, ({ keyPairName, ...pair }) => (keyPairName === undefined ? undefined : pair)),
  retag: (world, random) => change(world, random, (pair) => ({ ...pair, tags: someTags(random) })),
  untag: (world, random) =>
    change(world, random, ({ tags, ...pair }) => (tags === undefined ? undefined : pair)),
  "change tagChanges": (world, random) =>
    change(world, random, (pair) => ({
      ...pair,
      tagChanges: pair.tagChanges === "replace" ? "update" : "replace",
    })),
  rekey: (world, random) =>
    change(world, random, (pair) =>
      pair.key.from === "import"
        ? { ...pair, key: { from: "import", number: world.newKey() } }
        : { ...pair, key: createdKey(random) },
    ),
  "write another comment": (world, random) =>
    change(world, random, (pair) =>
      pair.key.from === "import" ? { ...pair, comment: `by-${random.int(1, 999)}` } : undefined,
    ),
  "import or create": (world, random) =>
    change(world, random, ({ comment: _, ...pair }) => ({
      ...pair,
      key: pair.key.from === "import" ? createdKey(random) : { from: "import", number: world.newKey() },
    })),
  "move to another region": (world, random) =>
    change(world, random, (pair) => {
      const region = pair.region === HOME ? ELSEWHERE : HOME;
      const { keyPairName } = pair;
      // What it left there may not be deleted yet.
      if (keyPairName !== undefined && !world.isFree(region, keyPairName)) return undefined;
      return { ...pair, region };
    }),
  "move to another group": (world, random) =>
    change(world, random, (pair) => ({ ...pair, resourceGroupId: someGroup(random) })),
} satisfies Record<string, Edit>;

export type EditKind = keyof typeof EDITS;
export const EDIT_KINDS = Object.keys(EDITS) as EditKind[];

function change(world: World, random: Random, make: (pair: Pair) => Pair | undefined): string | undefined {
  const before = random.pick([...world.program.values()]);
  const after = make(before);
  if (!after || isDeepStrictEqual(before, after)) return undefined;
  world.put(after);
  const said = (pair: Pair, key: string) => JSON.stringify(new Map(Object.entries(pair)).get(key));
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => said(before, key) !== said(after, key))
    .map((key) => `${key} ${said(before, key) ?? "none"} => ${said(after, key) ?? "none"}`);
  return `change ${before.resource}: ${changed.join(", ")}`;
}

export function described({ resource, formerNames: _, ...pair }: Pair): string {
  return `${resource} ${JSON.stringify(pair)}`;
}
