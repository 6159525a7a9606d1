import { createECDH, createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { REGION } from "../engine/support/alibaba";
import { WITH_SETS } from "../engine/support/sets";
import { pairOfSet } from "../engine/support/storedPairs";

/** Where pairs live that do not say a region, and where they live that do. */
export const HOME = REGION;
export const ELSEWHERE = "eu-central-1";

export type Tags = Record<string, string>;

export type CreatedKey = ({ from: "cloud" } | { from: "local"; bits: 256 | 384 }) & { keepers?: number };
/** Where a pair's key comes from. Imported keys are told by a number: see `keyLine`. */
export type Key = { from: "import"; number: number } | CreatedKey;

/** What a `KeyPair` and a `KeyPairSet` have in common. */
export interface Resource {
  /** The logical name. */
  resource: string;
  /** Its aliases. */
  formerNames: readonly string[];
  tags?: Tags;
  tagChanges: "replace" | "update";
  resourceGroupId?: string;
}

/** One `KeyPair` of a program, or one key pair of a set: its `resource` is what `pairOfSet` calls it. */
export interface Pair extends Resource {
  /** The logical name of the set. */
  set?: string;
  /** Absent: an automatic name. */
  keyPairName?: string;
  key: Key;
  /** Of an imported key: what stands behind it on its line. */
  comment?: string;
  region: string;
}

/** One `KeyPairSet` of a program. */
export interface KeySet extends Resource {
  /** Absent: it follows from the logical name. */
  keyPairNamePrefix?: string;
  /** The number of each member's imported key, or that it is created. */
  members: Readonly<Record<string, number | "created">>;
  /** How the keys of all created members are made. */
  created: CreatedKey;
  regions: readonly string[];
}

/** Each by its `resource`. */
export interface Program {
  /** Those of the sets too. */
  pairs: ReadonlyMap<string, Pair>;
  sets: ReadonlyMap<string, KeySet>;
}

/** The key pairs of a region have one name each. */
export function placeOf(region: string, name: string): string {
  return `${region}/${name}`;
}

/** A key pair for each member in each region. */
export function pairsOfSet({ members, created, regions, keyPairNamePrefix, ...set }: KeySet): Pair[] {
  const { resource, formerNames } = set;
  return Object.entries(members).flatMap(([member, number]) =>
    regions.map((region) => ({
      ...set,
      set: resource,
      resource: pairOfSet(resource, member, region),
      formerNames: formerNames.map((name) => pairOfSet(name, member, region)),
      keyPairName: `${keyPairNamePrefix ?? `${resource}-`}${member}`,
      key: number === "created" ? created : { from: "import", number },
      region,
    })),
  );
}

/** Whether a new pair has to be made to get from the one to the other. */
export function needsReplacement(before: Pair, after: Pair): boolean {
  return (
    before.keyPairName !== after.keyPairName ||
    before.region !== after.region ||
    !isDeepStrictEqual(before.key, after.key) ||
    (after.tagChanges === "replace" && !isDeepStrictEqual(before.tags ?? {}, after.tags ?? {}))
  );
}

/** The pair that the program has in the place of this one, by its name or by an alias; `undefined`: it is gone. */
export function heirOf(resource: string, { pairs }: Program): Pair | undefined {
  return pairs.get(resource) ?? [...pairs.values()].find(({ formerNames }) => formerNames.includes(resource));
}

/** The public key of this number, as an OpenSSH line. Each seed has keys of its own, always the same ones. */
export function keyLine(seed: number, number: number): string {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(createHash("sha256").update(`chaos ${seed} ${number}`).digest());
  const parts = [Buffer.from("ecdsa-sha2-nistp256"), Buffer.from("nistp256"), curve.getPublicKey()];
  const blob = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `ecdsa-sha2-nistp256 ${Buffer.concat(blob).toString("base64")}`;
}

/** JavaScript, as `EngineProject.program` takes it. */
export function sourceOf({ pairs, sets }: Program, seed: number, endpoint: string): string {
  const single = [...pairs.values()].filter(({ set }) => set === undefined);
  const declaredPairs = single.map((pair) => declared(pair, argumentsOf(pair, seed, endpoint)));
  const declaredSets = [...sets.values()].map((set) => declared(set, argumentsOfSet(set, seed, endpoint)));
  return `${WITH_SETS}
    for (const { name, args, aliases } of ${JSON.stringify(declaredPairs)}) {
      const pair = new KeyPair(name, args, { aliases });
      if (args.publicKeyBody === undefined) exports[name] = pair.privateKey;
    }
    for (const { name, args, aliases } of ${JSON.stringify(declaredSets)}) {
      exports[name] = new KeyPairSet(name, args, { aliases }).privateKeys;
    }`;
}

function declared({ resource, formerNames }: Resource, args: object): object {
  return { name: resource, args, aliases: formerNames.map((name) => ({ name })) };
}

function argumentsOf(pair: Pair, seed: number, endpoint: string): object {
  const { key, comment, region, formerNames: _, resource: __, ...given } = pair;
  return {
    ...given,
    ...(key.from === "import"
      ? { publicKeyBody: `${keyLine(seed, key.number)} ${comment ?? ""}`.trim() }
      : generation(key)),
    ...(region !== HOME && { connection: { region, endpoint } }),
  };
}

function argumentsOfSet(set: KeySet, seed: number, endpoint: string): object {
  const { members, created, regions, formerNames: _, resource: __, ...given } = set;
  const imported = Object.entries(members).filter(([, key]) => key !== "created");
  const publicKeys = imported.map(([member, number]) => [member, keyLine(seed, Number(number))]);
  const isAtHome = isDeepStrictEqual(regions, [HOME]);
  return {
    ...given,
    ...generation(created),
    publicKeys: Object.fromEntries(publicKeys),
    created: Object.keys(members).filter((member) => members[member] === "created"),
    ...(!isAtHome && { regions, connection: { endpoint } }),
  };
}

function generation({ keepers, ...key }: CreatedKey): object {
  return {
    ...(key.from === "local" && { keyGeneration: { source: "local", type: "ecdsa", bits: key.bits } }),
    ...(keepers !== undefined && { keepers: { time: String(keepers) } }),
  };
}
