import type { Backend, BackendCatalog, Operation } from "../backend";
import { connectionOfState, type Placed, type ProviderSettings } from "../connection";
import type { Journal } from "../journal";

/** What one operation on one resource works with. */
export interface LifecycleContext {
  settings: ProviderSettings;
  catalog: BackendCatalog;
  operation: Operation;
  /** Says something on the resource that the user should know, and goes on. */
  warn(message: string): void;
  journal: Journal;
  /** The resource, as the engine names it; `undefined` where the front cannot tell. */
  urn: string | undefined;
  /** The SHA-256 fingerprint of the created key that this creation replaces. */
  replacedKey?: string | undefined;
  /** The resource goes on: what is deleted is what it was before a replacement. */
  isReplaced?: boolean;
  /** What this run has made or taken over. */
  made: MadeInRun;
}

/** The pairs that one run of the engine has made or taken over, and for which resource. */
export class MadeInRun {
  readonly #urns = new Map<string, string | undefined>();

  add(backend: Backend, name: string, urn: string | undefined): void {
    this.#urns.set(placeOf(backend, name), urn);
  }

  has(backend: Backend, name: string): boolean {
    return this.#urns.has(placeOf(backend, name));
  }

  /** Whether the resource has got a pair in this run. */
  hasOf(urn: string | undefined): boolean {
    return urn !== undefined && [...this.#urns.values()].includes(urn);
  }
}

function placeOf({ location }: Backend, name: string): string {
  return `${location}\0${name}`;
}

/** The backend that holds a pair of the state. */
export function backendOfState(
  state: Partial<Placed["state"]>,
  { settings, catalog }: LifecycleContext,
): Promise<Backend> {
  return catalog.open(connectionOfState(state, settings, catalog), settings.credentials);
}
