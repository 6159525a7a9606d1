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
  /** What is stored beside the properties, and shown to nobody. Their names start with two underscores. */
  readonly notes: PropertyTable<never>;
  /** Checks the arguments, and fills in what only the provider can. Makes no call. */
  check(request: CheckRequest<Args, Checked>): CheckResult<Checked>;
  /** Compares the stored resource with the program. Does no I/O. */
  diff(request: DiffRequest<Checked, State> & { run: RunMemory }): ResourceDiff;
  /**
   * What the user must know of a replacement that no difference tells of, because the engine wants it for a reason of its own.
   * @param olds  The last stored arguments.
   */
  replacementWarnings?(olds: Partial<Checked>): string[];
  /**
   * Records what other resources of the run must know about a state that the run has seen.
   * @param keptFor  The URN of the resource, if the program has it and its arguments do not replace it.
   */
  noteState?(
    state: State,
    context: Pick<OperationContext, "settings" | "catalog" | "run">,
    keptFor: string | undefined,
    diff?: ResourceDiff,
  ): void;
  /** What a preview can tell of the outputs beyond the arguments themselves. */
  preview(request: PreviewRequest<Checked, State>): Preview<State>;
  /** Outputs that follow from the state. A front stores them only where programs cannot compute them. */
  derivedOutputs?(state: Partial<State>): Partial<Record<keyof State, unknown>>;
  create(args: Checked, context: OperationContext): Promise<Outcome<State>>;
  /** `undefined`: the cloud is certain that the resource is gone. */
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
  /** The last stored arguments; empty for a new resource, and for a resource that is about to be replaced. */
  olds: Partial<Checked>;
  news: PartlyUnknown<Args>;
  /** Arguments that the program gives without a value (`null`, or `undefined` where the front can see it). */
  withoutValue?: ReadonlySet<string>;
  settings: ProviderSettings;
  catalog: BackendCatalog;
  run: RunMemory;
  /** Nothing is made from these arguments. So a new automatic name is unknown: the final name will differ. */
  preview?: boolean;
  /** The engine's random bytes for this resource, when the front gets them. */
  seed?: Uint8Array | undefined;
  /** What the stack's configuration says of automatic names (`pulumi:autonaming`), when the front gets it. */
  autonaming?: Autonaming | undefined;
}

/** How the engine wants a resource named that the program gives no name. */
export type Autonaming =
  | { mode: "propose" | "enforce"; name: string }
  /** The program has to give each name. */
  | { mode: "disable" };

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
  /** The arguments that the program made secrets: no message tells what follows from them. */
  secrets?: ReadonlySet<string>;
  settings: ProviderSettings;
  catalog: BackendCatalog;
}

export interface ResourceDiff {
  changes: PropertyChange[];
  /**
   * The name stays, so the old resource must be deleted before the new one is made. It is set even without a
   * difference, because the engine also replaces for its own reasons (`replaceOnChanges`, or a replacement
   * that was interrupted and then reverted).
   */
  deleteBeforeReplace: boolean;
  warnings: string[];
  /** What will happen, in one line, where the changed arguments do not tell it. */
  summary?: string | undefined;
  /** The changes within properties, where these tell more than that a property changes. */
  paths?: PathChange[];
  /** Of a resource with many key pairs or instances: those that do not stay as they are. Only it knows what the names mean. */
  changingParts?: ReadonlySet<string>;
}

/** A change within a property. */
export interface PathChange {
  property: string;
  /** As the engine writes it: `keyPairs.anna["eu-central-1"]`. */
  path: string;
  kind: "add" | "update" | "delete";
}

export interface PreviewRequest<Checked extends object, State extends object> {
  args: PartlyUnknown<Checked>;
  /** The existing resource; `undefined`: the resource will be made. */
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
  /** The resource exists and is recorded, but something failed after the cloud had made or changed it. */
  incomplete?: KeyPairError;
}

/** What a read found. */
export interface ReadOutcome<Checked extends object, State extends object> extends Outcome<State> {
  /** The arguments that would describe what the cloud has now. They show drift. */
  inputs: Partial<Checked>;
}
