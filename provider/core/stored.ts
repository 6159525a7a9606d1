import { isDeepStrictEqual } from "node:util";

/*
 * How a state is stored. The engine writes all of a stack's state twice a step, so the time for 500 key pairs goes with the
 * square of what one of them takes: what follows from the rest is left out.
 */

/** How a property follows from the others, as a rule. A state may hold another value, or none; then it is stored as it is. */
export type Derivations<State extends object, Name extends string = string> = {
  readonly [name in Name]?: (rest: Partial<State>) => unknown;
};

/** The stored names of what was left out: what is merely not there is no property of the state. */
const LEFT_OUT = "__leftOut";

/** The state as it is stored. */
export function compacted(state: object, derivations: Derivations<never>): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(state));
  const leftOut = rules(derivations)
    .filter(([name, derive]) => values.has(name) && isDeepStrictEqual(values.get(name), derive(state)))
    .map(([name]) => name);
  for (const name of leftOut) values.delete(name);
  if (leftOut.length > 0) values.set(LEFT_OUT, leftOut.join());
  return Object.fromEntries(values);
}

/** The state that was stored. One that nothing was left out of (the other front stores those) is itself. */
export function restored<Stored extends object>(stored: Stored, derivations: Derivations<never>): Stored {
  const values = new Map<string, unknown>(Object.entries(stored));
  const leftOut = values.get(LEFT_OUT);
  if (typeof leftOut !== "string") return stored;
  values.delete(LEFT_OUT);
  const rest = Object.fromEntries(values);
  for (const [name, derive] of rules(derivations)) {
    if (leftOut.split(",").includes(name)) values.set(name, derive(rest));
  }
  return Object.fromEntries(values) as Stored;
}

function rules(derivations: Derivations<never>) {
  return Object.entries(derivations) as [string, (rest: object) => unknown][];
}
