import type { BackendCatalog } from "./backend";
import type { CheckRequest, CheckResult } from "./checking";
import type { ProviderSettings } from "./connection";
import type { ResourceDiff } from "./diff";
import type { Journal } from "./journal";
import type { LifecycleContext, Outcome } from "./lifecycle";
import type { ManagedResource } from "./resource";
import type { PartlyUnknown } from "./unknown";

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
}

/** What a front knows of a check; the service adds the rest. */
export type ServiceCheck<Args extends object, Checked extends object> = Omit<
  CheckRequest<Args, Checked>,
  "settings" | "catalog" | "replacedKey"
>;

/** A resource in one process: what its calls share, and what is remembered from one call to the next. */
export class ResourceService<Args extends object, Checked extends Args, State extends object> {
  /** By URN, what the diff said of a replacement: the engine's second check and the creation know nothing of the old state. */
  readonly #replacedKeys = new Map<string, string>();

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
    });
    for (const warning of result.warnings) reporter.warn(urn, warning);
    return result;
  }

  diff(id: string, state: State, args: PartlyUnknown<Checked>, { urn }: Call): ResourceDiff {
    const { catalog, journal, reporter } = this.parts;
    const diff = this.resource.diff(state, args, this.parts.settings(), catalog);
    journal.confirm(urn, id);
    if (urn !== undefined && diff.replacedKey !== undefined) this.#replacedKeys.set(urn, diff.replacedKey);
    for (const warning of diff.warnings) reporter.warn(urn, warning);
    return diff;
  }

  create(args: Checked, call: Call): Promise<Outcome<State>> {
    return this.resource.create(args, this.#context(call));
  }

  read(id: string, state: Partial<State>, call: Call): Promise<Outcome<State> | undefined> {
    return this.resource.read(id, state, this.#context(call));
  }

  update(id: string, state: State, args: Checked, call: Call): Promise<Outcome<State>> {
    return this.resource.update(id, state, args, this.#context(call));
  }

  delete(id: string, state: State, call: Call): Promise<void> {
    return this.resource.delete(id, state, this.#context(call));
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
      operation: {
        signal,
        deadline: Date.now() + (timeoutSeconds ?? settings.timeoutSeconds) * 1000,
        progress: (message) => reporter.progress(urn, message),
      },
      warn: (message) => reporter.warn(urn, message),
    };
  }

  #replacedKey(urn: string | undefined): string | undefined {
    return urn === undefined ? undefined : this.#replacedKeys.get(urn);
  }
}
