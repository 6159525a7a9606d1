import { defined } from "../../core/defined";
import { formatPublicKeyLine, sameKey } from "../../keys";
import type { FoundPair } from "../pairs/find";
import { memberProblem, plainName, RESERVED, takeName } from "./names";
import type { Declaration } from "./program";

/** One key under one name, in every region where it is so. */
interface Member {
  pairs: FoundPair[];
  first: FoundPair;
}

/**
 * The pairs as sets. All pairs of a set have the same tags and resource group, and each of its members is in all of its regions:
 * so pairs that differ in that are in different sets.
 */
export function keyPairSets(pairs: readonly FoundPair[]): Declaration[] {
  const groups = Map.groupBy(membersOf(pairs), ({ first, pairs: everywhere }) =>
    JSON.stringify([sharedBy(first), everywhere.map(({ connection }) => connection.region ?? null)]),
  );
  const taken = new Set([RESERVED]);
  return [...groups.values()].map((members) => setOf(members, taken));
}

/** @param pairs  Sorted by name, then by region. */
function membersOf(pairs: readonly FoundPair[]): Member[] {
  const members: Member[] = [];
  for (const pair of pairs) {
    const known = members.findLast(({ first }) => isSameMember(first, pair));
    if (known) known.pairs.push(pair);
    else members.push({ pairs: [pair], first: pair });
  }
  return members;
}

function isSameMember(a: FoundPair, b: FoundPair): boolean {
  const isSameKey = a.key !== undefined && b.key !== undefined && sameKey(a.key, b.key);
  return a.record.name === b.record.name && isSameKey && sharedBy(a) === sharedBy(b);
}

/** What all pairs of a set have in common, as text that can be compared. */
function sharedBy({
  record: { tags = {}, resourceGroupId },
  connection: { region: _, ...connection },
}: FoundPair): string {
  return JSON.stringify([
    Object.entries(tags).sort(),
    resourceGroupId ?? null,
    Object.entries(connection).sort(),
  ]);
}

function setOf(members: readonly Member[], taken: Set<string>): Declaration {
  const prefix = commonPrefix(members.map(({ first }) => first.record.name));
  const [member] = members;
  const { region: _, ...connection } = member?.first.connection ?? {};
  const regions =
    member?.pairs.flatMap(({ connection: { region }, backend }) => region ?? backend.region ?? []) ?? [];
  const { tags = {}, resourceGroupId } = member?.first.record ?? {};
  const isConfigured = member?.pairs.every(({ connection: { region } }) => region === undefined);
  return {
    type: "KeyPairSet",
    name: takeName(plainName(prefix.replace(/[-_.:]+$/, "") || "key-pairs"), taken),
    args: defined({
      publicKeys: Object.fromEntries(
        members.map(({ first: { record, key } }) => [
          record.name.slice(prefix.length),
          key ? formatPublicKeyLine(key) : "",
        ]),
      ),
      regions: isConfigured ? undefined : regions,
      keyPairNamePrefix: prefix,
      tags: Object.keys(tags).length === 0 ? undefined : tags,
      resourceGroupId,
      onExisting: "adopt" as const,
      connection: Object.keys(connection).length === 0 ? undefined : connection,
    }),
  };
}

/** What all names begin with, up to a character that separates words; nothing if what is left of a name could be no member. */
function commonPrefix(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return "";
  const ends = [...first.matchAll(/[-_.:]/g)].map(({ index }) => index + 1).reverse();
  const end = ends.find((length) =>
    names.every(
      (name) => name.startsWith(first.slice(0, length)) && memberProblem(name.slice(length)) === undefined,
    ),
  );
  return first.slice(0, end ?? 0);
}
