import { isDeepStrictEqual } from "node:util";
import type { BackendCatalog, Credentials, ResolvedConnection } from "./backend";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import { BACKEND_NAMES, type BackendName, type Connection, type TagChanges } from "./model";
import type { ChangeKind } from "./resource/propertyTable";

/** What the stack's configuration says. */
export interface ProviderSettings {
  connection: Connection;
  credentials: Credentials;
  tagChanges?: TagChanges;
  /** How long one operation may wait and try again, in seconds. */
  timeoutSeconds: number;
}

/** Longest wait of one operation where the configuration says nothing: as long as the peers wait. */
export const DEFAULT_TIMEOUT_SECONDS = 600;

/** A connection, as it is opened and as it is stored. */
export interface Whereabouts {
  /** What is opened: everything that is known, from the resource, the configuration and the environment. */
  effective: ResolvedConnection;
  /**
   * What is stored with the resource, so that a later run finds the pair again: what the resource says itself, and the
   * backend, region and account. The way there (an endpoint of the configuration) may change without a trace.
   */
  stored: ResolvedConnection;
  /** The account that a connection of this backend leads to; `undefined` where that cannot be told without a call. */
  accountOf(connection: Connection | undefined): string | undefined;
}

/**
 * Where a resource lives: its own `connection`, over the stack's configuration, over what the cloud's own tools would take
 * from the environment. The configuration counts only while it is about the same backend. Throws `Configuration`.
 */
export function resolveConnection(
  own: Connection | undefined,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Whereabouts {
  const backend = knownBackend(own?.backend ?? settings.connection.backend);
  const configured = configuredFor(backend, settings);
  const { accountKey, account, ambientConnection } = catalog.rules(backend);
  const ambient = ambientConnection(process.env);
  const effective = { ...defined(ambient), ...defined(configured), ...defined(own ?? {}), backend };
  const stored = defined({ [accountKey]: configured[accountKey], region: effective.region, ...own, backend });
  return { effective, stored, accountOf: (connection) => account(connection?.[accountKey]) };
}

/** How a pair that is in the state is reached: where it was made, on the way that is configured now. */
export function connectionOfState(
  state: Partial<Placed["state"]>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): ResolvedConnection {
  const own = { ...state.connection, ...defined({ backend: state.backend, region: state.region }) };
  return resolveConnection(own, settings, catalog).effective;
}

/** What a state's outputs say of where it is: all that most connections say. `undefined`: they say nothing. */
export function placeOf({ backend, region }: Partial<Placed["state"]>): Connection | undefined {
  return backend === undefined ? undefined : defined({ backend, region });
}

function knownBackend(backend: BackendName | undefined): BackendName {
  if (backend !== undefined && BACKEND_NAMES.includes(backend)) return backend;
  throw new KeyPairError({
    code: "Configuration",
    property: "connection",
    message: backend === undefined ? "no backend is configured" : `there is no backend "${String(backend)}"`,
    next:
      `Set keypair:backend to ${BACKEND_NAMES.slice(0, -1).join(", ")} or ${BACKEND_NAMES.at(-1)} ` +
      "(`pulumi config set keypair:backend alibaba`), or connection.backend for this resource.",
  });
}

/** A region or endpoint that is configured for one cloud means nothing to another. */
function configuredFor(backend: BackendName, { connection }: ProviderSettings): Connection {
  return connection.backend === undefined || connection.backend === backend ? connection : {};
}

/** What is in the cloud already, and where the program wants it now. */
export interface Placed {
  state: { backend: BackendName; region?: string; connection?: Connection };
  connection: Whereabouts;
}

/**
 * Another place replaces the resource; another way to the same place (an endpoint, a profile that was not named) does not, and
 * the same place in other words is no change.
 */
export function judgeConnection(placed: Placed): ChangeKind | undefined {
  if (!sameRegion(placed) || !sameAccount(placed)) return "replace";
  const { state, connection } = placed;
  const [before, now] = [state.connection, connection.stored].map((way) => ({ ...placeOf(state), ...way }));
  return isDeepStrictEqual(before, now) ? undefined : "update";
}

/** The region is another one only when both are known: without a call it may not be. */
function sameRegion({ state, connection: { effective } }: Placed): boolean {
  if (state.backend !== effective.backend) return false;
  return state.region === undefined || effective.region === undefined || state.region === effective.region;
}

/**
 * A profile or cloud that only one side names is no other account: a laptop may name a profile where the pipeline has
 * credentials in its environment. A key pair must not be replaced for that.
 */
function sameAccount({ state, connection: { stored, accountOf } }: Placed): boolean {
  const [before, now] = [accountOf(state.connection), accountOf(stored)];
  return before === undefined || now === undefined || before === now;
}
