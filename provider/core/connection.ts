import type { Backend, BackendCatalog, BackendRules, Credentials, ResolvedConnection } from "./backend";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import { BACKEND_NAMES, type BackendName, type Connection, type TagChanges } from "./model";
import { fileOf } from "./projectFolder";

/** What the stack's configuration says. */
export interface ProviderSettings {
  connection: Connection;
  /** They belong to the backend and the account of `connection`, and are used for no other. */
  credentials: Credentials;
  tagChanges?: TagChanges;
  /** How long one operation may wait and try again, in seconds. */
  timeoutSeconds: number;
  /** The folder of the Pulumi project (absolute): relative paths start there. */
  projectFolder: string;
}

/** The longest wait of one operation when the configuration says nothing: as long as the peers wait. */
export const DEFAULT_TIMEOUT_SECONDS = 600;

/** In an endpoint, it stands for the region: one endpoint for all regions. */
const REGION_PLACEHOLDER = "{region}";

/** Where a resource is, and how to get there. */
export interface Place {
  /** What is opened: everything that is known from the resource, the configuration and the environment. */
  readonly connection: ResolvedConnection;
  /** The configuration's credentials if they belong to this place, else none: then the cloud's own sources are used. */
  readonly credentials: Credentials;
  /**
   * The account by the name that the resource or the configuration gives it: a profile, a cloud of clouds.yaml, or a store's file,
   * as it was written. `undefined` when neither names one.
   */
  readonly account: string | undefined;
}

/** What a state says of where its resource is. */
export interface PlacedState {
  backend: BackendName;
  region?: string;
  /** As the program gave it. */
  connection?: Connection;
  /** The account's name when the resource was made. */
  __account?: string;
}

/**
 * Where a resource lives: its own `connection`, over the stack's configuration, over what the cloud's own tools take from the
 * environment. Throws `Configuration`.
 *
 * The configuration serves its own backend only. Its credentials stay with its account, and its endpoint with its account and
 * region; an endpoint that holds `{region}` serves every region.
 */
export function resolvePlace(
  own: Connection | undefined,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Place {
  const backend = knownBackend(own?.backend ?? settings.connection.backend);
  const rules = catalog.rules(backend);
  const { endpoint: configuredEndpoint, ...configured } = configurationFor(backend, settings);
  const said = { ...configured, ...defined(own ?? {}) };
  const account = said[rules.accountKey];
  const isConfiguredAccount = account === configured[rules.accountKey];
  const isConfiguredBackend = settings.connection.backend === backend;

  const ambient = rules.ambientConnection(process.env);
  const region = said.region ?? ambient.region;
  const servesHere = () =>
    isConfiguredBackend &&
    isConfiguredAccount &&
    (region === undefined ||
      configuredEndpoint?.includes(REGION_PLACEHOLDER) ||
      region === (configured.region ?? ambient.region ?? rules.regionOfAccount(said, process.env)));
  const endpoint = own?.endpoint ?? (configuredEndpoint && servesHere() ? configuredEndpoint : undefined);
  return {
    connection: defined({
      ...ambient,
      ...said,
      backend,
      endpoint: endpoint && withRegion(endpoint, region ?? rules.regionOfAccount(said, process.env)),
      path: rules.accountKey === "path" ? storeFile(account, rules, settings) : undefined,
    }),
    credentials: isConfiguredBackend && isConfiguredAccount ? settings.credentials : {},
    account,
  };
}

/** Where a resource of the state is, and how the configuration of now gets there. */
export function placeOfState(
  state: Partial<PlacedState>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Place {
  const backend = knownBackend(state.backend ?? state.connection?.backend ?? settings.connection.backend);
  const account = defined({ [catalog.rules(backend).accountKey]: state.__account });
  const recorded = defined({ backend: state.backend, region: state.region });
  return resolvePlace({ ...account, ...state.connection, ...recorded }, settings, catalog);
}

/** Opens the backend of a place. Rejects with `Configuration`. */
export function openPlace({ connection, credentials }: Place, catalog: BackendCatalog): Promise<Backend> {
  return catalog.open(connection, credentials);
}

/** Opens the backend that holds a resource of the state. Rejects with `Configuration`. */
export async function openPlaceOfState(
  state: Partial<PlacedState>,
  { settings, catalog }: { settings: ProviderSettings; catalog: BackendCatalog },
): Promise<Backend> {
  return openPlace(placeOfState(state, settings, catalog), catalog);
}

/** What is compared: where the resource is, and where the program wants it. */
export interface PlaceComparison {
  state: PlacedState;
  args: { connection?: Connection };
  place: Place;
  settings: ProviderSettings;
  catalog: BackendCatalog;
}

/**
 * Another backend, region or account replaces the resource. Another way to the same place (an endpoint, a profile that was not
 * named before) is an update; the same place in other words is no change.
 */
export function compareConnection(comparison: PlaceComparison): "replace" | "update" | undefined {
  if (!isSameRegion(comparison) || !isSameAccount(comparison)) return "replace";
  const { state, args, place, settings, catalog } = comparison;
  const isSameWay =
    placeOfState(state, settings, catalog).account === place.account &&
    state.connection?.endpoint === args.connection?.endpoint;
  return isSameWay ? undefined : "update";
}

/** An unknown region is no other region: it takes a call to find out. */
function isSameRegion({ state, place: { connection } }: PlaceComparison): boolean {
  if (state.backend !== connection.backend) return false;
  return state.region === undefined || connection.region === undefined || state.region === connection.region;
}

/**
 * An account that only one side names is no other account: a laptop may name a profile where the pipeline has credentials in its
 * environment, and a key pair must not be replaced for that. A store's file always has a name.
 */
function isSameAccount({ state, place, settings, catalog }: PlaceComparison): boolean {
  const rules = catalog.rules(place.connection.backend);
  const before = placeOfState(state, settings, catalog);
  if (rules.accountKey === "path") return before.connection.path === place.connection.path;
  return before.account === undefined || place.account === undefined || before.account === place.account;
}

function storeFile(path: string | undefined, { account }: BackendRules, settings: ProviderSettings) {
  const file = account(path);
  return file && fileOf(file, settings.projectFolder);
}

function withRegion(endpoint: string, region: string | undefined): string {
  if (!endpoint.includes(REGION_PLACEHOLDER)) return endpoint;
  if (region !== undefined) return endpoint.replaceAll(REGION_PLACEHOLDER, region);
  throw new KeyPairError({
    code: "Configuration",
    property: "connection",
    message: `the endpoint holds ${REGION_PLACEHOLDER}, and no region is configured`,
    next: "Set keypair:region, or connection.region for this resource.",
  });
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

/** A region that is configured for one cloud means nothing to another. */
function configurationFor(backend: BackendName, { connection }: ProviderSettings): Connection {
  return connection.backend === undefined || connection.backend === backend ? connection : {};
}
