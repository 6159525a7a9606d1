import { isDeepStrictEqual } from "node:util";
import type { StoredKeyPair } from "../../provider/backends/local/store";
import type { StoredResource } from "../engine/support/project";
import { storedPairs } from "../engine/support/storedPairs";
import type { Round } from "./plan";
import { heirOf, keyLine, needsReplacement, type Pair, type Program, placeOf, type Tags } from "./program";

/** Where each pair is, by what the program calls it, as the state has it. */
export type Places = ReadonlyMap<string, { region: string; name: string; publicKey: string }>;

export function placesOf(resources: readonly StoredResource[]): Places {
  return new Map(storedPairs(resources).map((pair) => [pair.resource, pair]));
}

/**
 * What of state and cloud is not as the program says, each in a sentence.
 * @param own  The pairs of the cloud that are not somebody else's, by place.
 * @param otherTools  The tags that other tools gave to pairs, by place.
 */
export function violations(
  { pairs }: Program,
  seed: number,
  resources: readonly StoredResource[],
  own: ReadonlyMap<string, StoredKeyPair>,
  otherTools: ReadonlyMap<string, Tags>,
): string[] {
  const names = storedPairs(resources).map(({ resource }) => resource);
  const places = placesOf(resources);
  return [
    ...names.filter((name) => !pairs.has(name)).map((name) => `the state still has ${name}`),
    ...names.filter((name, n) => names.indexOf(name) < n).map((name) => `the state has ${name} twice`),
    ...resources
      .filter(({ initErrors = [] }) => initErrors.length > 0)
      .map(({ urn, initErrors }) => `${urn} is recorded as failed: ${initErrors?.join("; ")}`),
    ...[...pairs.values()].flatMap((pair) => {
      const place = places.get(pair.resource);
      if (!place) return [`the state has no ${pair.resource}`];
      const record = own.get(placeOf(place.region, place.name));
      const problems = [
        ...placeProblems(pair, place),
        ...(record
          ? recordProblems(pair, seed, record, otherTools.get(placeOf(place.region, place.name)) ?? {})
          : ["the cloud does not have its pair"]),
      ];
      return problems.map((problem) => `${pair.resource} (${placeOf(place.region, place.name)}): ${problem}`);
    }),
  ];
}

function placeProblems({ keyPairName, region }: Pair, place: { region: string; name: string }): string[] {
  const isNamed =
    keyPairName === undefined ? /^web-\d+-[0-9a-f]{7}$/.test(place.name) : place.name === keyPairName;
  return [
    ...(isNamed ? [] : [`the program says the name ${keyPairName ?? "is automatic"}`]),
    ...(place.region === region ? [] : [`the program says ${region}`]),
  ];
}

function recordProblems(pair: Pair, seed: number, record: StoredKeyPair, otherTools: Tags): string[] {
  const { key, tags = {}, resourceGroupId } = pair;
  const expected = { ...otherTools, ...tags };
  const isKey = key.from !== "import" || isOf(record, keyLine(seed, key.number));
  const isGroup = resourceGroupId === undefined || record.resourceGroupId === resourceGroupId;
  return [
    ...(isKey ? [] : [`it holds another key than number ${key.number}`]),
    ...(isDeepStrictEqual(record.tags, expected)
      ? []
      : [`its tags are ${JSON.stringify(record.tags)}, and should be ${JSON.stringify(expected)}`]),
    ...(isGroup ? [] : [`it is in group ${record.resourceGroupId}, not in ${resourceGroupId}`]),
  ];
}

/** The store keeps a key's comment. */
function isOf({ publicKey }: StoredKeyPair, line: string): boolean {
  return publicKey === line || publicKey.startsWith(`${line} `);
}

/** A created member of a set has the same key again where its pair was lost. What of that is not so, each in a sentence. */
export function lostKeys(round: Round, before: Places, after: Places): string[] {
  const created = [...round.before.pairs.values()].filter(({ set, key }) => set && key.from !== "import");
  return created.flatMap(({ resource, key }) => {
    const heirs = versionsOf(round).map((version) => heirOf(resource, version));
    if (!heirs.every((heir) => isDeepStrictEqual(heir?.key, key))) return [];
    const now = after.get(heirs.at(-1)?.resource ?? "");
    return now?.publicKey === before.get(resource)?.publicKey ? [] : [`${resource} has another key`];
  });
}

/** The pairs that may be deleted in the round. All others stay. */
export function mayBeDeleted(round: Round): Set<string> {
  const { before, acts } = round;
  const versions = versionsOf(round);
  const edited = [...before.pairs.values()].filter((pair) =>
    versions.some((version) => {
      const heir = heirOf(pair.resource, version);
      return heir === undefined || needsReplacement(pair, heir);
    }),
  );
  const changedByOthers = acts.flatMap((act) => {
    if (act.kind === "make a pair" || act.kind === "add tags") return [];
    if (act.kind === "delete" || act.kind === "replace the key") return [act.resource];
    const isReplacedForTags = versions.some(
      (version) => heirOf(act.resource, version)?.tagChanges === "replace",
    );
    return isReplacedForTags ? [act.resource] : [];
  });
  return new Set([...edited.map(({ resource }) => resource), ...changedByOthers]);
}

/** The programs that were run in the round. */
function versionsOf({ program, afterwards }: Round): Program[] {
  return afterwards ? [program, afterwards] : [program];
}
