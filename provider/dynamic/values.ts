import type { CheckFailure } from "../core/checking";
import { type PartlyUnknown, UNKNOWN } from "../core/unknown";

/** The engine's word for a value that a preview does not know yet, of whatever type (pulumi/pulumi#6310). */
const UNKNOWN_MARKER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The engine's word for a secret inside a property (`sdk/nodejs/runtime/rpc.ts`, specialSigKey and specialSecretSig). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** What the SDK passes along for the front: the dynamic interface tells a provider neither the URN nor the name. */
export interface Hidden {
  urn?: string;
  logicalName?: string;
  provider?: unknown;
  /** The program runs in a preview. */
  preview?: true;
  /** What check found in a preview, for the SDK to report: see `dynamicProvider`. */
  failures?: CheckFailure[];
}

/** The names under which it travels. The engine shows no property that starts with two underscores. */
const HIDDEN_KEYS = {
  urn: "__urn",
  logicalName: "__logicalName",
  provider: "__provider",
  preview: "__preview",
  failures: "__failures",
} as const;

/** What the engine sent, with unknowns as the core knows them and what is the front's own taken out. */
export function fromEngine<T extends object>(
  properties: object,
): { value: PartlyUnknown<T>; hidden: Hidden } {
  const own: Record<string, string> = HIDDEN_KEYS;
  const hiddenNames = new Map(Object.entries(own).map(([name, key]) => [key, name]));
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null);
  const hidden = entries.filter(([key, value]) => hiddenNames.has(key) && value !== UNKNOWN_MARKER);
  const value = entries
    .filter(([key]) => !hiddenNames.has(key))
    .map(([key, member]) => [key, marked(member)]);
  return {
    value: Object.fromEntries(value) as PartlyUnknown<T>,
    hidden: Object.fromEntries(hidden.map(([key, member]) => [hiddenNames.get(key), member])) as Hidden,
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

/**
 * Plain JSON for the engine: it fails, after the cloud was called, on anything else (pulumi/pulumi#2205). Unknowns become the
 * engine's marker, `undefined` is left out.
 */
export function toEngine(properties: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(properties, (_key, value: unknown) => (value === UNKNOWN ? UNKNOWN_MARKER : value)),
  );
}

/** The properties with their secrets marked as such, beside what `additionalSecretOutputs` says of them in the program. */
export function secretsMarked(
  properties: Record<string, unknown>,
  secrets: readonly string[],
): Record<string, unknown> {
  const present = secrets.filter((name) => properties[name] !== undefined);
  const wrapped = present.map((name) => [
    name,
    { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: properties[name] },
  ]);
  return { ...properties, ...Object.fromEntries(wrapped) };
}

function marked(value: unknown): unknown {
  if (value === UNKNOWN_MARKER) return UNKNOWN;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, marked(member)]));
}
