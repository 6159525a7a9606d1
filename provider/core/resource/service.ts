import type { BackendCatalog } from "../backend";
import type { ProviderSettings } from "../connection";
import { IgnoredChanges } from "../ignored";
import { type Journal, type JournalEntry, keyOfEntry } from "../journal";
import type { ManagedResource, OwnKey } from "../keyPair";
import type { ResourceDiff } from "../keyPair/diff";
import { isMadeSince, type LifecycleContext, MadeInRun, type Outcome } from "../keyPair/lifecycle";
import { FileClaims } from "../privateKeyFile/claims";
import { compacted, restored } from "../stored";
import { type PartlyUnknown, UNKNOWN } from "../unknown";
import type { CheckRequest, CheckResult } from "./findings";
import { argumentNames, computedNames } from "./propertyTable";

/** How a front says things on a resource. */
export interface Reporter {
  /** Stays in the output. */
  warn(urn: string | undefined, message: string): void;
  /** Shown while it lasts. */
  progress(urn: string | undefined, message: string): void;
}

export interface ServiceParts {
  catalog: BackendCatalog;
  journal: Journal;
  reporter: Reporter;
  /** Asked with each call; throws `Configuration`. */
  settings(): ProviderSettings;
}

/** One call of the engine, as far as the front can tell. */
export interface Call {
  urn?: string | undefined;
  /** The longest time, in seconds, in the place of the configured one. */
  timeoutSeconds?: number | undefined;
  /** Fires when the user interrupts. */
  signal?: AbortSignal;
  /** What the program says `ignoreChanges` of. */
  ignored?: readonly string[] | undefined;
}

/** What a front knows of a check; the service adds the rest. */
export type ServiceCheck<Args extends object, Checked extends object> = Omit<
  CheckRequest<Args, Checked>,
  "settings" | "catalog" | "replacedKey" | "claimFile"
>;

/** A resource in one process: what its calls share, and what is remembered from one call to the next. */
export class ResourceService<Args extends object, Checked extends Args, State extends object> {
  /** By URN, the created keys of the states that this run has compared: a replacement's check and creation know no old state. */
  readonly #createdKeys = new Map<string, string>();
  /** The URNs that the program has: a refresh, and what precedes a destroy, compares too, and replaces nothing. */
  readonly #checked = new Set<string | undefined>();
  readonly #made = new MadeInRun();
  readonly #fileClaims = new FileClaims();

  constructor(
    readonly resource: ManagedResource<Args, Checked, State>,
    private readonly parts: ServiceParts,
  ) {}

  check(request: ServiceCheck<Args, Checked>, { urn }: Call): CheckResult<Checked> {
    const { catalog, reporter } = this.parts;
    const settings = this.parts.settings();
    const result = this.resource.check({
      ...request,
      settings,
      catalog,
      replacedKey: this.#replacedKey(urn),
      claimFile: urn === undefined ? undefined : this.#fileClaims.claim.bind(this.#fileClaims, urn),
    });
    this.#checked.add(urn);
    for (const warning of result.warnings) reporter.warn(urn, warning);
    return result;
  }

  diff(id: string, stored: State, args: PartlyUnknown<Checked>, { urn, ignored }: Call): ResourceDiff {
    const { catalog, journal, reporter } = this.parts;
    const state = this.#restored(stored);
    const ignoring = new IgnoredChanges(ignored);
    const compared = this.resource.diff(state, ignoring.applied(args, state), this.parts.settings(), catalog);
    const diff = withoutIgnored(compared, ignoring);
    const own = this.resource.ownKey?.(state);
    journal.confirm(urn, id, (entry) => own !== undefined && isPairOf(entry, own));
    if (urn !== undefined && own?.isCreated) this.#createdKeys.set(urn, own.fingerprint);
    if (this.#checked.has(urn)) for (const warning of diff.warnings) reporter.warn(urn, warning);
    return diff;
  }

  /** The outputs, as far as a preview can tell them: `state` is what is there already. */
  foresee(args: PartlyUnknown<Checked>, state?: State): PartlyUnknown<State> {
    const { table } = this.resource;
    const before = new Map<string, unknown>(Object.entries(state ?? {}));
    const computed = computedNames(table).map((name) => [name, state ? before.get(name) : UNKNOWN]);
    const foreseen = this.resource.foresee?.(args, state, this.parts.settings(), this.parts.catalog);
    const outputs = { ...Object.fromEntries(computed), ...args, ...foreseen };
    // What the check noted for itself stays with the arguments.
    const present = Object.entries(outputs).filter(
      ([name, value]) => value !== undefined && !name.startsWith("__"),
    );
    return Object.fromEntries(present) as PartlyUnknown<State>;
  }

  /** What a program would say of a resource that was found in the cloud; where it is, the configuration says. */
  argumentsOf(state: State): Partial<Args> {
    const told = new Set<string>(argumentNames(this.resource.table).filter((name) => name !== "connection"));
    return Object.fromEntries(Object.entries(state).filter(([name]) => told.has(name))) as Partial<Args>;
  }

  create(args: Checked, call: Call): Promise<Outcome<State>> {
    return this.resource.create(args, this.#context(call));
  }

  read(id: string, stored: Partial<State>, call: Call): Promise<Outcome<State> | undefined> {
    return this.resource.read(id, this.#restored(stored), this.#context(call));
  }

  update(id: string, stored: State, args: Checked, call: Call): Promise<Outcome<State>> {
    const state = this.#restored(stored);
    // An update for another reason does not undo drift that is ignored.
    const kept = new IgnoredChanges(call.ignored).applied(args, state);
    return this.resource.update(id, state, kept, this.#context(call));
  }

  delete(id: string, stored: State, call: Call): Promise<void> {
    return this.resource.delete(id, this.#restored(stored), this.#context(call));
  }

  /** The state without what follows from the rest of it. All calls take that too. */
  compacted(state: State): Record<string, unknown> {
    return compacted(state, this.resource.derivations);
  }

  #restored<S extends Partial<State>>(stored: S): S {
    return restored(stored, this.resource.derivations);
  }

  #context({ urn, timeoutSeconds, signal = new AbortController().signal }: Call): LifecycleContext {
    const { catalog, journal, reporter } = this.parts;
    const settings = this.parts.settings();
    return {
      settings,
      catalog,
      journal,
      urn,
      replacedKey: this.#replacedKey(urn),
      isReplaced: urn !== undefined && this.#checked.has(urn) && this.#createdKeys.has(urn),
      made: this.#made,
      operation: {
        signal,
        deadline: Date.now() + (timeoutSeconds ?? settings.timeoutSeconds) * 1000,
        progress: (message) => reporter.progress(urn, message),
      },
      warn: (message) => reporter.warn(urn, message),
    };
  }

  /** A killed run may have written the file of a pair that no state knows, and a pair that is gone may have left one: those too. */
  #replacedKey(urn: string | undefined): string | undefined {
    if (urn === undefined) return undefined;
    const { journal } = this.parts;
    const interrupted = journal.interrupted(urn).map(keyOfEntry);
    return (
      this.#createdKeys.get(urn) ?? interrupted.findLast((key) => key !== undefined) ?? journal.leftKey(urn)
    );
  }
}

/**
 * Whether the state's pair is the one that the call made. Of a replacement that was killed half-way the state is still the old
 * one: that may have the new pair's name, and where both are imports its key too, but is older.
 */
function isPairOf(entry: JournalEntry, own: OwnKey): boolean {
  return (
    own.fingerprint === keyOfEntry(entry) && (entry.isNew || isMadeSince(own.createdAt, entry.startedAt))
  );
}

/** A key that is ignored is no change either: it is compared with what the cloud has, not with what the state says of it. */
function withoutIgnored(diff: ResourceDiff, ignoring: IgnoredChanges): ResourceDiff {
  const changes = diff.changes.filter(({ property }) => !ignoring.covers(property));
  const replaces = changes.some(({ kind }) => kind === "replace");
  return { ...diff, changes, warnings: replaces ? diff.warnings : [] };
}
