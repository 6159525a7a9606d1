/** A value that a preview does not know, because something that does not exist yet will set it. */
export const UNKNOWN: unique symbol = Symbol("unknown until it is deployed");
export type Unknown = typeof UNKNOWN;

/** A value in which anything, at any depth, may be unknown. */
export type MaybeUnknown<T> = Unknown | (T extends object ? PartlyUnknown<T> : T);

/** Properties, any of which may be unknown. */
export type PartlyUnknown<T extends object> = { [K in keyof T]: MaybeUnknown<T[K]> };

/** What a preview tells about some of the properties. `undefined`: the property will surely be absent. */
export type Preview<T extends object> = { [K in keyof T]?: MaybeUnknown<T[K]> | undefined };

/** Whether anything in the value is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** The value without its unknown parts: what can be checked already. */
export function knownPart<T extends object>(value: PartlyUnknown<T>): Partial<T> {
  return strip(value) as Partial<T>;
}

function strip(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value === UNKNOWN ? undefined : value;
  if (Array.isArray(value)) return value.map(strip);
  // If one item of a list is not known, neither the length nor the order of the list is known.
  const isKnown = (member: unknown) => member !== UNKNOWN && !(Array.isArray(member) && hasUnknown(member));
  const known = Object.entries(value).filter(([, member]) => isKnown(member));
  return Object.fromEntries(known.map(([key, member]) => [key, strip(member)]));
}
