import { ELSEWHERE, HOME, type Pair, placeOf } from "./program";
import type { Random } from "./random";
import {
  described,
  type Edit,
  inSomeGroup,
  retagged,
  toldChange,
  untagged,
  withOtherTagChanges,
} from "./resourceEdits";
import { SET_EDITS } from "./setEdits";
import { createdKey, type World } from "./world";

const MOST_PAIRS = 40;

/** What an author does to a program. */
export const EDITS = {
  add: (world, random) => {
    if (world.pairs.size >= MOST_PAIRS) return undefined;
    const pair = world.newPair(random);
    world.put(pair);
    return `add ${described(pair)}`;
  },
  remove: (world, random) => {
    if (world.pairs.size < 2) return undefined;
    const pair = random.pick([...world.pairs.values()]);
    world.pairs.delete(pair.resource);
    return `remove ${pair.resource}`;
  },
  "rename with an alias": (world, random) => {
    const pair = random.pick([...world.pairs.values()]);
    const resource = world.freeResource(random);
    world.pairs.delete(pair.resource);
    world.put({ ...pair, resource, formerNames: [...pair.formerNames, pair.resource] });
    return `rename ${pair.resource} to ${resource}, with an alias`;
  },
  "rename without an alias": (world, random) => {
    const { keyPairName, ...pair } = random.pick([...world.pairs.values()]);
    const resource = world.freeResource(random);
    world.pairs.delete(pair.resource);
    // A new pair cannot have the name while the old one has it: the engine makes before it deletes.
    const name = keyPairName === undefined ? {} : { keyPairName: world.freeName(random) };
    world.put({ ...pair, ...name, resource, formerNames: [] });
    return `rename ${pair.resource} to ${resource}, without an alias${name.keyPairName ? `, named ${name.keyPairName}` : ""}`;
  },
  "name explicitly": (world, random) =>
    change(world, random, (pair) => ({ ...pair, keyPairName: world.freeName(random) })),
  "name automatically": (world, random) =>
    change(world, random, ({ keyPairName, ...pair }) => (keyPairName === undefined ? undefined : pair)),
  retag: (world, random) => change(world, random, (pair) => retagged(pair, random)),
  untag: (world, random) => change(world, random, untagged),
  "change tagChanges": (world, random) => change(world, random, withOtherTagChanges),
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
      if (keyPairName !== undefined && !world.isFree(placeOf(region, keyPairName))) return undefined;
      return { ...pair, region };
    }),
  "move to another group": (world, random) => change(world, random, (pair) => inSomeGroup(pair, random)),
  ...SET_EDITS,
} satisfies Record<string, Edit>;

export type EditKind = keyof typeof EDITS;
export const EDIT_KINDS = Object.keys(EDITS) as EditKind[];

function change(world: World, random: Random, make: (pair: Pair) => Pair | undefined): string | undefined {
  const before = random.pick([...world.pairs.values()]);
  const after = make(before);
  if (!after) return undefined;
  world.put(after);
  return toldChange(before, after);
}
