import type { BackendCatalog, Operation } from "../backend";
import type { ProviderSettings } from "../connection";
import type { KeyPairError } from "../errors";
import type { PartlyUnknown, Preview } from "../unknown";
import type { CheckFailure } from "./findings";
import type { PropertyChange, PropertyTable } from "./propertyTable";
import type { RunMemory } from "./runMemory";

/** What a front needs to serve a resource. Fronts hold no rules: they unwrap, call one of these, and wrap. */
export interface ManagedResource<Args extends object, Checked extends Args, State extends object> {
  readonly properties: PropertyTable<never>;
  /** Checks the arguments, and fills in what only the provider can. Makes no call. */
  check(request: CheckRequest<Args, Checked>): CheckResult<Checked>;
  /** Compares what is there with the program. Does no I/O. */
  diff(request: DiffRequest<Checked, State>): ResourceDiff;
  /** Notes of a state that the run has seen what other resources of the run must know. */
  noteState?(state: State, settings: ProviderSettings, run: RunMemory): void;
  /** What a preview can tell of the outputs beyond the arguments themselves. */
  preview(request: PreviewRequest<Checked, State>): Preview<State>;
  create(args: Checked, context: OperationContext): Promise<Outcome<State>>;
  /** `undefined`: the cloud is certain that it is not there any more. */
  read(
    id: string,
    state: Partial<State>,
    context: OperationContext,
  ): Promise<ReadOutcome<Checked, State> | undefined>;
  update(id: string, state: State, args: Checked, context: OperationContext): Promise<Outcome<State>>;
  delete(id: string, state: State, context: OperationContext): Promise<void>;
}

export interface CheckRequest<Args extends object, Checked extends object = Args> {
  /** The name that the program gives the resource: automatic names start with it. */
  logicalName: string;
  /** The resource, as the engine names it; `undefined` when the front cannot tell. */
  urn?: string | undefined;
  /** The arguments as they were stored last; empty for a new resource, and for one that is about to be replaced. */
  olds: Partial<Checked>;
  news: PartlyUnknown<Args>;
  /** Arguments that the program gives without a value (`null`, or `undefined` where the front can see it). */
  withoutValue?: ReadonlySet<string>;
  settings: ProviderSettings;
  catalog: BackendCatalog;
  run: RunMemory;
  /** The arguments are not used to make anything: a new automatic name is unknown, since the real one will be another. */
  preview?: boolean;
  /** The engine's random bytes for this resource, when the front gets them. */
  seed?: Uint8Array | undefined;
}

export interface CheckResult<Checked extends object> {
  /** What is stored, and what diff, create and update get. */
  args: PartlyUnknown<Checked>;
  failures: CheckFailure[];
  warnings: string[];
}

export interface DiffRequest<Checked extends object, State extends object> {
  /** As it was last seen: after a refresh, as the cloud has it. */
  state: State;
  args: PartlyUnknown<Checked>;
  settings: ProviderSettings;
  catalog: BackendCatalog;
}

export interface ResourceDiff {
  changes: PropertyChange[];
  /**
   * The name stays, so the old resource has to go before the new one can be made. This is said also when there is no difference: the
   * engine replaces for reasons of its own too (`replaceOnChanges`, a replacement that was cut short and then taken back).
   */
  deleteBeforeReplace: boolean;
  warnings: string[];
}

export interface PreviewRequest<Checked extends object, State extends object> {
  args: PartlyUnknown<Checked>;
  /** What is there already; `undefined`: the resource will be made. */
  state: State | undefined;
  settings: ProviderSettings;
  catalog: BackendCatalog;
}

/** What one operation on one resource works with. */
export interface OperationContext {
  settings: ProviderSettings;
  catalog: BackendCatalog;
  operation: Operation;
  run: RunMemory;
  /** Shows a warning on the resource; the operation goes on. */
  warn(message: string): void;
}

/** What an operation left in the cloud. */
export interface Outcome<State extends object> {
  /** The name in the cloud. */
  id: string;
  state: State;
  /** It is there and recorded, but something failed after the cloud had made or changed it. */
  incomplete?: KeyPairError;
}

/** What a read found. */
export interface ReadOutcome<Checked extends object, State extends object> extends Outcome<State> {
  /** The arguments with which the program would say what the cloud has now: drift shows in them. */
  inputs: Partial<Checked>;
}
