import { ELSEWHERE, HOME, type KeySet } from "./program";
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
import { createdKey, type World } from "./world";

export const MOST_SETS = 2;
const REGIONS = [[HOME], [ELSEWHERE], [HOME, ELSEWHERE]];

/** What an author does to the sets of a program. */
export const SET_EDITS = {
  "add a set": (world, random) => {
    if (world.sets.size >= MOST_SETS) return undefined;
    const set = world.newSet(random);
    world.putSet(set);
    return `add ${described(set)}`;
  },
  "remove a set": (world, random) => {
    if (world.sets.size < 2) return undefined;
    const { resource } = random.pick([...world.sets.values()]);
    world.sets.delete(resource);
    return `remove ${resource}`;
  },
  "rename a set with an alias": (world, random) => {
    const set = random.pick([...world.sets.values()]);
    const { resource: before, formerNames, keyPairNamePrefix = `${before}-` } = set;
    const resource = world.newSetName();
    world.sets.delete(before);
    // Said from now on: whether a prefix that followed from the name stays depends on whether the state has the set.
    world.putSet({ ...set, resource, formerNames: [...formerNames, before], keyPairNamePrefix });
    return `rename ${before} to ${resource}, with an alias`;
  },
  "rename a set without an alias": (world, random) => {
    const { keyPairNamePrefix, ...set } = random.pick([...world.sets.values()]);
    const resource = world.newSetName();
    world.sets.delete(set.resource);
    // The engine makes the new set before it deletes the old one.
    const prefix = keyPairNamePrefix === undefined ? {} : { keyPairNamePrefix: world.newPrefix() };
    world.putSet({ ...set, ...prefix, resource, formerNames: [] });
    return `rename ${set.resource} to ${resource}, without an alias`;
  },
  "add a member": (world, random) =>
    change(world, random, (set) => withMember(set, world.freeMember(set, random), someKey(world, random))),
  "remove a member": (world, random) =>
    change(world, random, (set) => withoutMember(set, someMember(set, random))),
  "rename a member": (world, random) =>
    change(world, random, (set) => {
      const member = someMember(set, random);
      const key = set.members[member] ?? "created";
      return withoutMember(withMember(set, world.freeMember(set, random), key), member);
    }),
  "rekey a member": (world, random) =>
    change(world, random, (set) => {
      const member = someMember(set, random);
      return set.members[member] === "created" ? undefined : withMember(set, member, world.newKey());
    }),
  "import or create a member": (world, random) =>
    change(world, random, (set) => {
      const member = someMember(set, random);
      return withMember(set, member, set.members[member] === "created" ? world.newKey() : "created");
    }),
  "rotate the created members": (world, random) =>
    change(world, random, ({ created, ...set }) => ({
      ...set,
      created: { ...created, keepers: (created.keepers ?? 0) + 1 },
    })),
  "create keys in another way": (world, random) =>
    change(world, random, ({ created: { keepers }, ...set }) => ({
      ...set,
      created: { ...createdKey(random), ...(keepers !== undefined && { keepers }) },
    })),
  "change the regions": (world, random) =>
    change(world, random, (set) => ({ ...set, regions: random.pick(REGIONS) })),
  "change the prefix": (world, random) =>
    change(world, random, (set) => ({ ...set, keyPairNamePrefix: world.newPrefix() })),
  "retag a set": (world, random) => change(world, random, (set) => retagged(set, random)),
  "untag a set": (world, random) => change(world, random, untagged),
  "change tagChanges of a set": (world, random) => change(world, random, withOtherTagChanges),
  "move a set to another group": (world, random) => change(world, random, (set) => inSomeGroup(set, random)),
} satisfies Record<string, Edit>;

function change(world: World, random: Random, make: (set: KeySet) => KeySet | undefined): string | undefined {
  if (world.sets.size === 0) return undefined;
  const before = random.pick([...world.sets.values()]);
  const after = make(before);
  if (!after || Object.keys(after.members).length === 0 || !world.canBecome(before, after)) return undefined;
  world.putSet(after);
  return toldChange(before, after);
}

function someMember({ members }: KeySet, random: Random): string {
  return random.pick(Object.keys(members));
}

function someKey(world: World, random: Random): number | "created" {
  return random.chance(0.4) ? "created" : world.newKey();
}

function withMember(set: KeySet, member: string, key: number | "created"): KeySet {
  return { ...set, members: { ...set.members, [member]: key } };
}

function withoutMember(set: KeySet, member: string): KeySet {
  const members = Object.entries(set.members).filter(([name]) => name !== member);
  return { ...set, members: Object.fromEntries(members) };
}
