import { isDeepStrictEqual } from "node:util";

/*
 * How a state is stored. The engine writes all of a stack's state twice a step, so the time for 500 key pairs goes with the
 * square of what one of them takes: what follows from the rest is left out.
 */

/** How a property follows from the others, as a rule. A state may hold another value, or none; then it is stored as it is. */
export type Derivations<State extends object, Name extends string = string> = {
  readonly [name in Name]?: (rest: Partial<State>) => unknown;
};

/**
 * Under this name the places of what was left out, one digit each: what is merely not there is no property of the state. They
 * stand in users' states, so a derivation that is added comes last.
 */
const LEFT_OUT = "__leftOut";

/** The state as it is stored. */
export function compacted(state: object, derivations: Derivations<never>): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(state));
  const leftOut = rules(derivations).filter(
    ({ name, derive }) => values.has(name) && isDeepStrictEqual(values.get(name), derive(state)),
  );
  for (const { name } of leftOut) values.delete(name);
  if (leftOut.length > 0) values.set(LEFT_OUT, leftOut.map(({ place }) => place).join(""));
  return Object.fromEntries(values);
}

/** The state that was stored. One that nothing was left out of (the other front stores those) is itself. */
export function restored<Stored extends object>(stored: Stored, derivations: Derivations<never>): Stored {
  const values = new Map<string, unknown>(Object.entries(stored));
  const leftOut = values.get(LEFT_OUT);
  if (typeof leftOut !== "string") return stored;
  values.delete(LEFT_OUT);
  const rest = Object.fromEntries(values);
  for (const { place, name, derive } of rules(derivations)) {
    if (leftOut.includes(place)) values.set(name, derive(rest));
  }
  return Object.fromEntries(values) as Stored;
}

function rules(derivations: Derivations<never>) {
  const entries = Object.entries(derivations) as [string, (rest: object) => unknown][];
  return entries.map(([name, derive], place) => ({ place: String(place), name, derive }));
}
