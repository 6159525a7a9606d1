import type { CheckFailure } from "../../core/resource/findings";
import type { PartlyUnknown } from "../../core/unknown";
import { parseUrn } from "../shared/urn";
import { fromEngine, isUnknown } from "../shared/values";

/** What the SDK passes along for the front: the dynamic interface does not tell a provider the URN, or any option. */
export interface Hidden {
  /** The name that the program gives the resource. */
  name?: string;
  urn?: string;
  provider?: unknown;
  /** The program runs in a preview. */
  preview?: true;
  /** The resource's `ignoreChanges`. */
  ignored?: string[];
  /** What the SDK found wrong: lists, of which one may not be known yet. */
  problems?: unknown[];
  /** What check found in a preview, for the SDK to report: see `dynamicProvider`. */
  failures?: CheckFailure[];
}

/** The names under which it travels. The engine shows no property that starts with two underscores. */
const HIDDEN_KEYS = {
  name: "__logicalName",
  urn: "__urn",
  provider: "__provider",
  preview: "__preview",
  ignored: "__ignored",
  problems: "__problems",
  failures: "__failures",
} as const;

/** The name that the program gives the resource. */
export function logicalName({ name, urn }: Hidden): string | undefined {
  return name ?? (urn === undefined ? undefined : parseUrn(urn).name);
}

/** What the SDK found wrong, as far as it is known already. */
export function knownProblems(problems: unknown[] = []): CheckFailure[] {
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
  const found: Hidden = Object.fromEntries(hidden.map(([key, member]) => [hiddenNames.get(key), member]));
  return {
    value: fromEngine<T>(Object.fromEntries(entries.filter(([key]) => !hiddenNames.has(key)))).value,
    hidden: found.urn === undefined ? found : { ...found, urn: fullUrn(found.urn) },
  };
}

/** What the types of our resources start with: in a stored URN `~`, which no type has, stands for it. */
const OWN_TYPES = "pulumi-nodejs:dynamic/keypair:";

/** Shorter by 40 bytes, twice a resource, in what the engine writes after every step (core/stored.ts). */
function shortUrn(urn: string): string {
  return urn.replace(/^urn:pulumi:(.*?::.*?::)(.*?)::/s, (_, stack: string, types: string) => {
    return `${stack}${types.replaceAll(OWN_TYPES, "~")}::`;
  });
}

function fullUrn(stored: string): string {
  if (stored.startsWith("urn:")) return stored;
  return stored.replace(/^(.*?::.*?::)(.*?)::/s, (_, stack: string, types: string) => {
    return `urn:pulumi:${stack}${types.replaceAll("~", OWN_TYPES)}::`;
  });
}

/** The properties with the front's own put back, so that they are stored and come again with the next call. */
export function withHidden(properties: object, hidden: Hidden): Record<string, unknown> {
  const short = hidden.urn === undefined ? hidden : { ...hidden, urn: shortUrn(hidden.urn) };
  const entries = (Object.entries(short) as [keyof Hidden, unknown][]).map(([name, value]) => [
    HIDDEN_KEYS[name],
    value,
  ]);
  return { ...properties, ...Object.fromEntries(entries) };
}
