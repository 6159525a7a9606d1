import { registerSecret } from "../../core/redact";
import { type PartlyUnknown, UNKNOWN } from "../../core/unknown";

/**
 * The engine's marker for a value that a preview does not know yet. The SDKs use it for values of any type
 * (pulumi/pulumi#6310).
 */
const UNKNOWN_MARKER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** All of the engine's markers for that, one per type (`sdk/go/common/resource/plugin/rpc.go`). */
const UNKNOWN_MARKERS = new Set<unknown>([
  UNKNOWN_MARKER,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // an array
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // an object
]);
/**
 * The engine's marker for a secret in a property (`sdk/nodejs/runtime/rpc.ts`, specialSigKey and
 * specialSecretSig).
 */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isUnknown(value: unknown): boolean {
  return UNKNOWN_MARKERS.has(value);
}

/** What the engine sent. */
export interface FromEngine<T extends object> {
  /** Unknowns as the core knows them, secrets in clear text. */
  value: PartlyUnknown<T>;
  /** The properties in which there were secrets. */
  secrets: Set<string>;
  /** The properties that are present but have no value. */
  withoutValue: Set<string>;
}

export function fromEngine<T extends object>(properties: object): FromEngine<T> {
  const secrets = new Set<string>();
  const read = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, plain(value, () => secrets.add(key))] as const);
  // The value of a secret may be null too, so this looks only now.
  const withoutValue = new Set(read.flatMap(([key, value]) => (value === null ? [key] : [])));
  const entries = read.filter(([, value]) => value !== null);
  return { value: Object.fromEntries(entries) as PartlyUnknown<T>, secrets, withoutValue };
}

/**
 * Plain JSON for the engine, which fails on anything else, and only after the cloud was called
 * (pulumi/pulumi#2205). Unknowns become the engine's marker. `undefined` and functions are left out. Values
 * that JSON cannot represent become text. Never throws, because that would lose a private key among the
 * properties.
 */
export function toEngine(properties: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).flatMap(jsonEntry));
}

function jsonEntry([key, value]: [string, unknown]): [string, unknown][] {
  const json = toJson(value);
  return json === undefined ? [] : [[key, json]];
}

function toJson(value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN_MARKER;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((member) => toJson(member) ?? null);
  return toEngine(value);
}

/** From here on, no text of this process shows what is in the properties of these names. */
export function registerSecretsOf(properties: object, names: Iterable<string>): void {
  const values = new Map<string, unknown>(Object.entries(properties));
  for (const name of names) registerTexts(values.get(name));
}

function registerTexts(value: unknown): void {
  if (typeof value === "string") registerSecret(value);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(registerTexts);
}

/** The properties with those of these names marked as secrets. */
export function secretsMarked(
  properties: Record<string, unknown>,
  secrets: Iterable<string>,
): Record<string, unknown> {
  const present = [...secrets].filter((name) => properties[name] !== undefined);
  const wrapped = present.map((name) => [
    name,
    { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: properties[name] },
  ]);
  return { ...properties, ...Object.fromEntries(wrapped) };
}

function plain(value: unknown, onSecret: () => void): unknown {
  if (isUnknown(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map((member) => plain(member, onSecret));
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) {
    onSecret();
    return plain(value.value, onSecret);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member, onSecret)]));
}

function isSecret(value: object): value is { value: unknown } {
  return SIGNATURE_KEY in value && value[SIGNATURE_KEY] === SECRET_SIGNATURE && "value" in value;
}
