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
}

/** The backend that holds a pair of the state. */
export function backendOfState(
  state: Partial<Placed["state"]>,
  { settings, catalog }: LifecycleContext,
): Promise<Backend> {
  return catalog.open(connectionOfState(state, settings, catalog), settings.credentials);
}
