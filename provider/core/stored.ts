import { isDeepStrictEqual } from "node:util";

/*
 * How a state is stored. The engine writes all of a stack's state twice a step, so the time for 500 key pairs goes with the
 * square of what one of them takes: what follows from the rest is left out.
 */

/** How a property follows from the others, as a rule. A state may hold another value: then it is stored as it is. */
export interface Derivation<State extends object> {
  from(rest: Partial<State>): unknown;
  /** A state may be without the property too, so one that leaves it out says so. */
  isOptional?: true;
}

export type Derivations<State extends object, Name extends string = string> = {
  readonly [name in Name]?: Derivation<State>;
};

/** Under this name the optional properties that were left out. */
const LEFT_OUT = "__leftOut";

/** The state as it is stored. */
export function compacted(state: object, derivations: Derivations<never>): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(state));
  const leftOut = entriesOf(derivations).filter(
    ([name, { from }]) => values.has(name) && isDeepStrictEqual(values.get(name), from(state)),
  );
  for (const [name] of leftOut) values.delete(name);
  const optional = leftOut.filter(([, { isOptional }]) => isOptional).map(([name]) => name);
  if (optional.length > 0) values.set(LEFT_OUT, optional.join(","));
  return Object.fromEntries(values);
}

/** The state that was stored. One that nothing was left out of (the other front stores those) is itself. */
export function restored<Stored extends object>(stored: Stored, derivations: Derivations<never>): Stored {
  const values = new Map<string, unknown>(Object.entries(stored));
  const leftOut = String(values.get(LEFT_OUT) ?? "").split(",");
  values.delete(LEFT_OUT);
  const rest = Object.fromEntries(values);
  for (const [name, { from, isOptional }] of entriesOf(derivations)) {
    if (values.has(name) || (isOptional && !leftOut.includes(name))) continue;
    const value = from(rest);
    if (value !== undefined) values.set(name, value);
  }
  return Object.fromEntries(values) as Stored;
}

function entriesOf(derivations: Derivations<never>): [string, Derivation<object>][] {
  return Object.entries(derivations) as [string, Derivation<object>][];
}
