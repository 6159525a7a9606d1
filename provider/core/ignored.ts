import { UNKNOWN } from "./unknown";

/** An argument, and what follows it: a member by name, or all of them. */
const PATH = /^(\*|[A-Za-z_]\w*)(?:\.([^.[\]"*]+)|\["([^"]+)"\])?/;

/**
 * What a program's `ignoreChanges` covers: arguments, members of them (`tags.team`, `tags["a.b"]`), or everything (`*`). The engine
 * gives the old inputs for these; what drifted in the cloud only we can overlook.
 */
export class IgnoredChanges {
  readonly #whole = new Set<string>();
  readonly #members: [name: string, member: string][] = [];

  constructor(paths: readonly string[] = []) {
    for (const path of paths) {
      const [, name, plain, quoted] = PATH.exec(path) ?? [];
      const member = plain ?? quoted;
      if (name !== undefined && member !== undefined) this.#members.push([name, member]);
      else if (name !== undefined) this.#whole.add(name);
    }
  }

  /** Whether all of the argument is ignored. */
  covers(name: string): boolean {
    return this.#whole.has("*") || this.#whole.has(name);
  }

  /** The arguments, with what is ignored as the state has it. */
  applied<Args extends object>(args: Args, state: object): Args {
    const values = new Map<string, unknown>(Object.entries(args));
    const stored = new Map<string, unknown>(Object.entries(state));
    for (const name of new Set([...values.keys(), ...stored.keys()])) {
      // Notes of our own are nobody's to ignore.
      if (this.covers(name) && !name.startsWith("__")) put(values, name, stored.get(name));
    }
    for (const [name, member] of this.#members) {
      const [given, before] = [values.get(name), stored.get(name)];
      if (given === UNKNOWN || (!isObject(given) && !isObject(before))) continue;
      const members = new Map<string, unknown>(Object.entries(isObject(given) ? given : {}));
      put(members, member, isObject(before) ? new Map(Object.entries(before)).get(member) : undefined);
      put(values, name, given === undefined && members.size === 0 ? undefined : Object.fromEntries(members));
    }
    return Object.fromEntries(values) as Args;
  }
}

function put(values: Map<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) values.delete(name);
  else values.set(name, value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
