import type { CheckFailure } from "../../core/resource/findings";
import type { PartlyUnknown } from "../../core/unknown";
import { fromEngine, isUnknown, registerSecretsOf } from "../shared/values";

/**
 * What the SDK passes to the front, because the dynamic interface gives a provider no resource name and no
 * option.
 */
export interface Hidden {
  provider?: unknown;
  /** The name that the program gives the resource. */
  name?: string;
  /** For messages only: after a rename or a move, a state may still hold the old URN. */
  urn?: string;
  /** The arguments that the program made secrets. */
  secrets?: string[];
  /** The program runs in a preview. */
  preview?: true;
  /**
   * Lists of problems that the SDK found (the engine drops arguments without a value). A list may be unknown.
   */
  problems?: unknown[];
  /** What check found in a preview, for the SDK to report: see `dynamicProvider`. */
  failures?: CheckFailure[];
}

/** The property names for these values. The engine shows no property that starts with two underscores. */
const HIDDEN_KEYS = {
  provider: "__provider",
  name: "__logicalName",
  urn: "__urn",
  secrets: "__secrets",
  preview: "__preview",
  problems: "__problems",
  failures: "__failures",
} as const;

/** The problems that the SDK found, without those that are not known yet. */
export function knownProblems({ problems = [] }: Hidden): CheckFailure[] {
  return problems.flat().filter((problem): problem is CheckFailure => !isUnknown(problem));
}

/**
 * What the engine sent, with the front's own properties separated. From here on, no text of this process shows what the program made a
 * secret.
 */
export function taken<T extends object>(properties: object): { value: PartlyUnknown<T>; hidden: Hidden } {
  const own: Record<string, string> = HIDDEN_KEYS;
  const hiddenNames = new Map(Object.entries(own).map(([name, key]) => [key, name]));
  const entries = Object.entries(properties);
  const hidden = entries.filter(
    ([key, value]) => hiddenNames.has(key) && value !== undefined && value !== null && !isUnknown(value),
  );
  const { value } = fromEngine<T>(Object.fromEntries(entries.filter(([key]) => !hiddenNames.has(key))));
  const passed: Hidden = Object.fromEntries(hidden.map(([key, member]) => [hiddenNames.get(key), member]));
  registerSecretsOf(value, passed.secrets ?? []);
  return { value, hidden: passed };
}

/**
 * The properties together with the front's own, so that these are stored and come back with the next call.
 */
export function withHidden(properties: object, hidden: Hidden): Record<string, unknown> {
  const entries = (Object.entries(hidden) as [keyof Hidden, unknown][]).map(([name, value]) => [
    HIDDEN_KEYS[name],
    value,
  ]);
  return { ...properties, ...Object.fromEntries(entries) };
}
