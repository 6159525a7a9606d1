import { isDeepStrictEqual } from "node:util";
import { EDIT_KINDS, EDITS, type EditKind } from "./edits";
import type { Program } from "./program";
import { Random } from "./random";
import { MOST_SETS } from "./setEdits";
import { type Act, actsOn, blockName, newForeignPair, toldAct } from "./strangers";
import { newTrouble, type Trouble, toldTrouble } from "./troubles";
import { World } from "./world";

/** One round of a story: what happens until state, cloud and program have to agree again. */
export interface Round {
  /** The program of the round before. */
  before: Program;
  /** What somebody else does first. */
  acts: readonly Act[];
  edits: readonly EditKind[];
  program: Program;
  /** Of the first `up`; `undefined`: nothing goes wrong. */
  trouble: Trouble | undefined;
  /** The first `up` refreshes. */
  isRefreshed: boolean;
  /** The program is edited once more before all is well again. Absent: it stays. */
  afterwards: Program | undefined;
  /** The last `up`, which must find nothing to do, refreshes. */
  isRefreshedAtLast: boolean;
  /** All of it, for people. */
  told: readonly string[];
}

export interface Plan {
  seed: number;
  /** The access key comes from the stack's configuration, not from the environment. */
  hasConfiguredKey: boolean;
  rounds: readonly Round[];
}

/** What a seed stands for. Depends on nothing else: the first rounds are the same whatever their number. */
export function planOf(seed: number, rounds: number): Plan {
  const random = new Random(seed);
  const world = new World();
  const size = random.chance(0.3) ? random.int(9, 40) : random.int(1, 8);
  const hasConfiguredKey = random.chance(0.5);
  return {
    seed,
    hasConfiguredKey,
    rounds: Array.from({ length: rounds }, (_, n) => planRound(world, random, n === 0 ? size : 0)),
  };
}

/** @param initial  How many pairs a first program has; 0: this is not the first one. */
function planRound(world: World, random: Random, initial: number): Round {
  const before = world.snapshot();
  const acts: Act[] = initial === 0 && random.chance(0.5) ? actsOn(world, random) : [];
  const edited = initial > 0 ? { edits: [], told: begin(world, random, initial) } : edit(world, random);
  const program = world.snapshot();
  const changes = [...program.pairs].filter(
    ([name, pair]) => !isDeepStrictEqual(pair, before.pairs.get(name)),
  );
  if (random.chance(0.5)) acts.push(newForeignPair(world, random));
  if (random.chance(0.15)) {
    const fresh = changes.map(([, pair]) => pair).filter((pair) => isNameNew(pair.keyPairName, before));
    const blocked = fresh.length > 0 ? blockName(random.pick(fresh), world, random) : undefined;
    if (blocked) acts.push(blocked);
  }
  const trouble = random.chance(0.75) ? newTrouble(random, changes.length) : undefined;
  const isRefreshed = random.chance(0.4);
  const again = trouble !== undefined && random.chance(0.25) ? edit(world, random) : undefined;
  const afterwards = again && world.snapshot();
  const isRefreshedAtLast = random.chance(0.6);
  world.converged(random);
  return {
    before,
    acts,
    edits: [...edited.edits, ...(again?.edits ?? [])],
    program,
    trouble,
    isRefreshed,
    afterwards,
    isRefreshedAtLast,
    told: [
      ...acts.map(toldAct),
      ...edited.told,
      ...(trouble ? [`trouble: ${toldTrouble(trouble)}`] : []),
      ...(again?.told.map((line) => `afterwards: ${line}`) ?? []),
    ],
  };
}

function begin(world: World, random: Random, size: number): string[] {
  const sets = random.int(1, MOST_SETS);
  return [
    ...Array.from({ length: size }, () => EDITS.add(world, random)),
    ...Array.from({ length: sets }, () => EDITS["add a set"](world, random)),
  ].filter((line) => line !== undefined);
}

function edit(world: World, random: Random): { edits: EditKind[]; told: string[] } {
  const count = random.int(1, Math.min(12, Math.max(3, Math.ceil(world.snapshot().pairs.size / 3))));
  const edits: EditKind[] = [];
  const told: string[] = [];
  for (let n = 0; n < count; n++) {
    const kind = random.pick(EDIT_KINDS);
    const line = EDITS[kind](world, random);
    if (line === undefined) continue;
    edits.push(kind);
    told.push(line);
  }
  return { edits, told };
}

function isNameNew(name: string | undefined, before: Program): boolean {
  return name !== undefined && [...before.pairs.values()].every(({ keyPairName }) => keyPairName !== name);
}
