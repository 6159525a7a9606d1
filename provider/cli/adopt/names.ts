import { memberNameProblem } from "../../core/keyPairSet/members";
import type { FoundPair } from "../pairs/find";
import { isYamlCall } from "./yaml";

/** A name that a program in YAML cannot give. */
export const RESERVED = "pulumi";

/**
 * A name for the resource of each pair: that of the pair, without what is special to some language or tool. Pairs whose names
 * come to the same get their region, or else a number. In the order of the pairs.
 */
export function resourceNames(pairs: readonly FoundPair[]): Map<FoundPair, string> {
  const byPlainName = Map.groupBy(pairs, ({ record }) => plainName(record.name));
  const isUnique = ([name, { length }]: [string, FoundPair[]]) => length === 1 && name !== RESERVED;
  const alone = [...byPlainName].filter(isUnique);
  const taken = new Set([RESERVED, ...alone.map(([name]) => name)]);
  const names = new Map(alone.flatMap(([name, own]) => own.map((pair): [FoundPair, string] => [pair, name])));
  for (const [name, own] of byPlainName) {
    for (const pair of own.filter((each) => !names.has(each))) {
      const { region } = pair.backend;
      names.set(pair, takeName(region === undefined ? name : `${name}-${plainName(region)}`, taken));
    }
  }
  return new Map(pairs.map((pair) => [pair, names.get(pair) ?? plainName(pair.record.name)]));
}

/** Why a member of a set cannot have this name, in a program of any language. */
export function memberProblem(member: string): string | undefined {
  const isCall = isYamlCall(member)
    ? `"${member}" is the call of a function in a Pulumi program in YAML`
    : undefined;
  return memberNameProblem(member) ?? isCall;
}

/** The name, with a number if it is taken. */
export function takeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}

export function plainName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]/gu, "-") || RESERVED;
}
