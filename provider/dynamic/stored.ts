import type { PropertyTable } from "../core/table";

/*
 * How a state is stored. The engine writes all of a stack's state after every step, so the time for 500 key pairs goes with the
 * square of what one of them takes: a public key of 400 bytes stands once in the outputs, not twice.
 */

/** The arguments that the stored outputs leave out, since the output that repeats them has the same value. */
const LEFT_OUT = "__leftOut";

/** The state as it is stored. */
export function packed(state: object, table: PropertyTable<never>): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(state));
  const repeated = repetitions(table)
    .filter(([output, argument]) => values.has(argument) && values.get(output) === values.get(argument))
    .map(([, argument]) => argument);
  for (const argument of repeated) values.delete(argument);
  if (repeated.length > 0) values.set(LEFT_OUT, repeated);
  return Object.fromEntries(values);
}

/** What was packed. A state that was not, is itself. */
export function unpacked<State extends object>(stored: State, table: PropertyTable<never>): State {
  const { [LEFT_OUT]: leftOut, ...rest }: Record<string, unknown> = Object.fromEntries(
    Object.entries(stored),
  );
  if (!Array.isArray(leftOut)) return stored;
  const restored = repetitions(table)
    .filter(([, argument]) => leftOut.includes(argument))
    .map(([output, argument]) => [argument, rest[output]]);
  return { ...rest, ...Object.fromEntries(restored) } as State;
}

/** Outputs and the arguments that they repeat. */
function repetitions(table: PropertyTable<never>): [output: string, argument: string][] {
  return Object.entries(table).flatMap(([output, { repeats }]) =>
    repeats === undefined ? [] : [[output, repeats]],
  );
}
