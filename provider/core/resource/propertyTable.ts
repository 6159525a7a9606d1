import { isDeepStrictEqual } from "node:util";
import { hasUnknown } from "../unknown";

/** What a changed value means for the existing resource. */
export type ChangeKind = "replace" | "update";

/** One property of a resource. `Subject` is what is compared: the state as it was last seen, and what the program says now. */
export interface PropertyRow<Subject> {
  /** What a change of an argument does; `computed`: only the cloud, or the key itself, sets it. */
  readonly change: ChangeKind | "computed";
  /** What a change does if another argument decides it; the default is `change`. */
  readonly changeBy?: (subject: Subject) => ChangeKind;
  /** What a difference means if comparing the two values is not enough; `undefined`: no change. */
  readonly compare?: (subject: Subject) => ChangeKind | undefined;
  /** The value is a secret, in the state and on every screen. */
  readonly secret?: true;
  /** The arguments that an output repeats or follows from. If one of them is a secret, so is the output. */
  readonly follows?: readonly string[];
  /** No message shows the value: it may be a private key that was given by mistake. */
  readonly neverEchoed?: true;
}

/** One row per property. The diff, the secrets and `schema.json` all read it, so they cannot disagree. */
export type PropertyTable<Subject, Name extends string = string> = {
  readonly [name in Name]: PropertyRow<Subject>;
};

export interface PropertyChange {
  property: string;
  kind: ChangeKind;
}

/** The arguments that differ from the state, in the order of the table. A value that is not known yet may differ. */
export function changesOf<Subject extends { state: object; args: object }>(
  table: PropertyTable<Subject>,
  subject: Subject,
  given: object,
): PropertyChange[] {
  const values = new Map<string, unknown>(Object.entries(given));
  return Object.entries(table).flatMap(([property, row]) => {
    if (row.change === "computed") return [];
    const declared = row.changeBy?.(subject) ?? row.change;
    const kind = hasUnknown(values.get(property)) ? declared : compared(property, row, subject, declared);
    return kind ? [{ property, kind }] : [];
  });
}

/** Whether any of the changes needs another resource in the place of the existing one. */
export function isReplacement(changes: readonly PropertyChange[]): boolean {
  return changes.some(({ kind }) => kind === "replace");
}

/** The properties that the user sets. */
export function argumentNames<Name extends string>(table: PropertyTable<never, Name>): Name[] {
  return namesWhere(table, (row) => row.change !== "computed");
}

/** The properties that the user does not set. */
export function computedNames<Name extends string>(table: PropertyTable<never, Name>): Name[] {
  return namesWhere(table, (row) => row.change === "computed");
}

/** The properties whose values are secrets: always, or because the program made these arguments secrets. */
export function secretNames<Name extends string>(
  table: PropertyTable<never, Name>,
  secretArguments: ReadonlySet<string> = new Set(),
): Name[] {
  return namesWhere(table, (row, name) => {
    const follows = row.follows?.some((argument) => secretArguments.has(argument)) ?? false;
    return row.secret === true || secretArguments.has(name) || follows;
  });
}

function compared<Subject extends { state: object; args: object }>(
  property: string,
  row: PropertyRow<Subject>,
  subject: Subject,
  declared: ChangeKind,
): ChangeKind | undefined {
  if (row.compare) return row.compare(subject);
  const [before, now] = [subject.state, subject.args].map((values) =>
    new Map<string, unknown>(Object.entries(values)).get(property),
  );
  return isDeepStrictEqual(before, now) ? undefined : declared;
}

function namesWhere<Name extends string>(
  table: PropertyTable<never, Name>,
  holds: (row: PropertyRow<never>, name: Name) => boolean,
): Name[] {
  return (Object.keys(table) as Name[]).filter((name) => holds(table[name], name));
}
