import type { CheckFailure } from "../../core/resource/findings";
import type { PartlyUnknown } from "../../core/unknown";
import { fromEngine, isUnknown } from "../shared/values";

/** What the SDK passes along for the front: the dynamic interface tells a provider neither the resource's name nor any option. */
export interface Hidden {
  provider?: unknown;
  /** The name that the program gives the resource. */
  name?: string;
  /** For messages only: after a rename or a move, a state may hold the one of before. */
  urn?: string;
  /** The arguments that the program made secrets. */
  secrets?: string[];
  /** The program runs in a preview. */
  preview?: true;
  /** What the SDK found wrong with the arguments (the engine takes away what has no value): lists, of which one may be unknown. */
  problems?: unknown[];
  /** What check found in a preview, for the SDK to report: see `dynamicProvider`. */
  failures?: CheckFailure[];
}

/** The names under which it travels. The engine shows no property that starts with two underscores. */
const HIDDEN_KEYS = {
  provider: "__provider",
  name: "__logicalName",
  urn: "__urn",
  secrets: "__secrets",
  preview: "__preview",
  problems: "__problems",
  failures: "__failures",
} as const;

/** What the SDK found wrong, as far as it is known already. */
export function knownProblems({ problems = [] }: Hidden): CheckFailure[] {
  return problems.flat().filter((problem): problem is CheckFailure => !isUnknown(problem));
}

/** What the engine sent, with what is the front's own taken out. */
export function taken<T extends object>(properties: object): { value: PartlyUnknown<T>; hidden: Hidden } {
  const own: Record<string, string> = HIDDEN_KEYS;
  const hiddenNames = new Map(Object.entries(own).map(([name, key]) => [key, name]));
  const entries = Object.entries(properties);
  const hidden = entries.filter(
    ([key, value]) => hiddenNames.has(key) && value !== undefined && value !== null && !isUnknown(value),
  );
  return {
    value: fromEngine<T>(Object.fromEntries(entries.filter(([key]) => !hiddenNames.has(key)))).value,
    hidden: Object.fromEntries(hidden.map(([key, member]) => [hiddenNames.get(key), member])),
  };
}

/** The properties with the front's own put back, so that they are stored and come again with the next call. */
export function withHidden(properties: object, hidden: Hidden): Record<string, unknown> {
  const entries = (Object.entries(hidden) as [keyof Hidden, unknown][]).map(([name, value]) => [
    HIDDEN_KEYS[name],
    value,
  ]);
  return { ...properties, ...Object.fromEntries(entries) };
}
