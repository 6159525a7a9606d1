import type { BackendCatalog } from "../backend";
import type { ProviderSettings } from "../connection";
import { type PartlyUnknown, UNKNOWN } from "../unknown";
import type {
  CheckRequest,
  CheckResult,
  ManagedResource,
  OperationContext,
  Outcome,
  ReadOutcome,
  ResourceDiff,
} from "./contract";
import { computedNames, isReplacement, secretNames } from "./propertyTable";
import type { RunMemory } from "./runMemory";

/** How a front reports messages on a resource. */
export interface Reporter {
  /** Stays in the output. */
  warn(urn: string | undefined, message: string): void;
  /** Stays in the output, and is no warning. */
  inform(urn: string | undefined, message: string): void;
  /** Shown while it lasts. */
  progress(urn: string | undefined, message: string): void;
  /** Shown with `--debug` only. */
  debug(message: string): void;
}

export interface ServiceParts {
  catalog: BackendCatalog;
  /** One for all resources of the process. */
  run: RunMemory;
  reporter: Reporter;
  /** Asked with each call; throws `Configuration`. */
  settings(): ProviderSettings;
}

/** One call of the engine, as far as the front can tell. */
export interface Call {
  urn?: string | undefined;
  /** The longest time, in seconds, instead of the configured one. */
  timeoutSeconds?: number | undefined;
  /** Fires when the user interrupts. */
  signal?: AbortSignal;
  /** The arguments that the program made secrets. */
  secrets?: Iterable<string>;
}

/** What a front knows of a check; the service adds the rest. */
export type ServiceCheck<Args extends object, Checked extends object> = Omit<
  CheckRequest<Args, Checked>,
  "settings" | "catalog" | "run" | "urn"
>;

/** A resource in one process: what its calls have in common. */
export class ResourceService<Args extends object, Checked extends Args, State extends object> {
  /**
   * The URNs that the program has. A refresh, and the step before a destroy, also compare, but replace
   * nothing; so they must not warn about a replacement.
   */
  readonly #checked = new Set<string | undefined>();
  /** The old arguments of resources whose replacement no comparison has told of, by URN. */
  readonly #olds = new Map<string, Partial<Checked>>();

  /**
   * Comparisons before any check, by URN. If a resource is deleted before its replacement is made, the engine compares what depends on it
   * first. What has to be replaced too is then checked once, without its old arguments, and not compared again.
   */
  readonly #compared = new Map<string, { state: State; diff: ResourceDiff }>();

  constructor(
    readonly resource: ManagedResource<Args, Checked, State>,
    private readonly parts: ServiceParts,
  ) {}

  check(request: ServiceCheck<Args, Checked>, { urn }: Call): CheckResult<Checked> {
    const { catalog, reporter, run } = this.parts;
    // A check after the comparison: the engine replaces the resource, perhaps for a reason of its own (`replaceOnChanges`).
    run.releaseKept(urn);
    this.#tellOfDependent(request.olds, urn);
    const result = this.resource.check({ ...request, settings: this.parts.settings(), catalog, run, urn });
    this.#checked.add(urn);
    const warnings = [...result.warnings, ...this.#replacementWarnings(request.olds, urn)];
    for (const warning of warnings) reporter.warn(urn, warning);
    return result;
  }

  diff(state: State, args: PartlyUnknown<Checked>, { urn, secrets }: Call): ResourceDiff {
    const { catalog, run } = this.parts;
    const settings = this.parts.settings();
    const diff = this.resource.diff({ state, args, secrets: new Set(secrets), settings, catalog, run });
    const isInProgram = this.#checked.has(urn);
    if (isReplacement(diff.changes) && urn !== undefined) this.#olds.delete(urn);
    // Of a resource that left the program, another one may take over the key in the file.
    if (isInProgram) this.#tell(urn, state, diff);
    else if (isReplacement(diff.changes) && urn !== undefined) this.#compared.set(urn, { state, diff });
    return diff;
  }

  /** The outputs, as far as a preview can tell them. `state` is the existing resource, if there is one. */
  preview(args: PartlyUnknown<Checked>, state?: State): PartlyUnknown<State> {
    const before = new Map<string, unknown>(Object.entries(state ?? {}));
    const names = computedNames(this.resource.properties);
    const computed = names.map((name) => [name, state ? before.get(name) : UNKNOWN]);
    const { catalog } = this.parts;
    const known = this.resource.preview({ args, state, settings: this.parts.settings(), catalog });
    const outputs = { ...Object.fromEntries(computed), ...args, ...known };
    // The notes that the check makes for itself stay with the arguments.
    const present = Object.entries(outputs).filter(
      ([name, value]) => value !== undefined && !name.startsWith("__"),
    );
    return Object.fromEntries(present) as PartlyUnknown<State>;
  }

  /** What must be stored as a secret, if the program made these arguments secrets. */
  secretNames(secretArguments: ReadonlySet<string>): string[] {
    const { properties, notes } = this.resource;
    return secretNames({ ...properties, ...notes }, secretArguments);
  }

  create(args: Checked, call: Call): Promise<Outcome<State>> {
    return this.resource.create(args, this.#context(call));
  }

  read(id: string, state: Partial<State>, call: Call): Promise<ReadOutcome<Checked, State> | undefined> {
    return this.resource.read(id, state, this.#context(call));
  }

  update(id: string, state: State, args: Checked, call: Call): Promise<Outcome<State>> {
    return this.resource.update(id, state, args, this.#context(call));
  }

  delete(id: string, state: State, call: Call): Promise<void> {
    return this.resource.delete(id, state, this.#context(call));
  }

  /**
   * With `replaceOnChanges` or `replaceWith`, the engine replaces what the comparison would update or keep, and checks once more, without
   * the old arguments. With `--replace` it never gives them, so that the resource looks like a new one.
   */
  #replacementWarnings(olds: Partial<Checked>, urn: string | undefined): string[] {
    if (urn === undefined) return [];
    const before = this.#olds.get(urn);
    this.#olds.delete(urn);
    if (Object.keys(olds).length > 0) this.#olds.set(urn, olds);
    else if (before) return this.resource.replacementWarnings?.(before) ?? [];
    return [];
  }

  /** See `#compared`. */
  #tellOfDependent(olds: Partial<Checked>, urn: string | undefined): void {
    if (urn === undefined) return;
    const compared = this.#compared.get(urn);
    this.#compared.delete(urn);
    if (compared && Object.keys(olds).length === 0) this.#tell(urn, compared.state, compared.diff);
  }

  /** Tells the other resources of the run, and the user, what becomes of the resource. */
  #tell(urn: string | undefined, state: State, diff: ResourceDiff): void {
    const { catalog, reporter, run } = this.parts;
    const settings = this.parts.settings();
    this.resource.noteState?.(
      state,
      { settings, catalog, run },
      isReplacement(diff.changes) ? undefined : urn,
      diff,
    );
    if (diff.summary !== undefined) reporter.inform(urn, diff.summary);
    for (const warning of diff.warnings) reporter.warn(urn, warning);
  }

  #context({ urn, timeoutSeconds, signal = new AbortController().signal }: Call): OperationContext {
    const { catalog, run, reporter } = this.parts;
    const settings = this.parts.settings();
    return {
      settings,
      catalog,
      run,
      operation: {
        signal,
        deadline: Date.now() + (timeoutSeconds ?? settings.timeoutSeconds) * 1000,
        progress: (message) => reporter.progress(urn, message),
      },
      warn: (message) => reporter.warn(urn, message),
    };
  }
}
