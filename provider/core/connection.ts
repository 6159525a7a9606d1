import type { Backend, BackendCatalog, BackendRules, Credentials, ResolvedConnection } from "./backend";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import {
  BACKEND_NAMES,
  type BackendName,
  type Connection,
  type IgnoreTags,
  type TagChanges,
  type Tags,
} from "./model";
import { fileOf } from "./projectFolder";
import { hasUnknown, knownPart, type PartlyUnknown } from "./unknown";

/** What the stack's configuration says. */
export interface ProviderSettings {
  connection: Connection;
  /** They belong to the backend and the account of `connection`, and are used for no other. */
  credentials: Credentials;
  tagChanges?: TagChanges;
  defaultTags?: Tags;
  ignoreTags?: IgnoreTags;
  /** How long one operation may wait and try again, in seconds. */
  timeoutSeconds: number;
  /** The folder of the Pulumi project (absolute): relative paths start there. */
  projectFolder: string;
}

/** The longest wait of one operation if the configuration sets none: the same as comparable providers. */
export const DEFAULT_TIMEOUT_SECONDS = 600;

/** In an endpoint, it stands for the region: one endpoint for all regions. */
const REGION_PLACEHOLDER = "{region}";

/** Where a resource is, and how to get there. */
export interface Place {
  /** What is opened: everything that is known from the resource, the configuration and the environment. */
  readonly connection: ResolvedConnection;
  /**
   * The configuration's credentials if they belong to this place; else empty, and the cloud's own sources
   * apply.
   */
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
  /** Whose it is, where that is not the user of the credentials. */
  userId?: string;
  /** The account's name when the resource was made. */
  __account?: string;
}

/**
 * Where a resource lives. Its own `connection` comes first, then the stack's configuration, then what the
 * cloud's own tools read from the environment. Throws `Configuration`.
 *
 * The configuration applies to its own backend only. Its credentials apply to its account only, and its
 * endpoint to its account and region only; an endpoint that holds `{region}` applies to every region.
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
      endpoint: endpoint && withRegion(endpoint, () => region ?? rules.regionOfAccount(said, process.env)),
      path: rules.accountKey === "path" ? storeFile(account, rules, settings) : undefined,
    }),
    credentials: isConfiguredBackend && isConfiguredAccount ? settings.credentials : {},
    account,
  };
}

/** Where a resource of the state is, and how the current configuration reaches it. */
export function placeOfState(
  state: Partial<PlacedState>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Place {
  const backend = knownBackend(state.backend ?? state.connection?.backend ?? settings.connection.backend);
  const { accountKey } = catalog.rules(backend);
  const account = defined({ [accountKey]: state.__account });
  const recorded = defined({ backend: state.backend, region: state.region });
  // A resource whose state names no store's file is in the default store, whichever file the configuration names by now.
  const isInStore = accountKey === "path" && state.backend !== undefined;
  return ofUser(
    resolvePlace(
      { ...account, ...state.connection, ...recorded },
      isInStore ? withoutStore(settings) : settings,
      catalog,
    ),
    state.userId,
  );
}

function withoutStore(settings: ProviderSettings): ProviderSettings {
  const { path: _, ...connection } = settings.connection;
  return { ...settings, connection };
}

/** The place of a user's key pairs; without an id the user of the credentials. */
export function ofUser(place: Place, userId: string | undefined): Place {
  return { ...place, connection: defined({ ...place.connection, userId }) };
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
  /** Where the resource is, as the current configuration reaches it. */
  before: Place;
  /** Where the program wants it. */
  place: Place;
}

/** The two places that a diff compares. If the new one is not known yet, the resource counts as staying where it is. */
export function placesToCompare(
  state: PlacedState,
  args: PartlyUnknown<{ connection?: Connection }>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Pick<PlaceComparison, "before" | "place"> {
  const before = placeOfState(state, settings, catalog);
  if (hasUnknown(args.connection)) return { before, place: before };
  const { connection } = knownPart<{ connection?: Connection }>(args);
  return { before, place: resolvePlace(connection, settings, catalog) };
}

/**
 * Another backend, region or account replaces the resource. Another way to the same place (an endpoint, a profile that was not
 * named before) is an update; the same place in other words is no change.
 */
export function compareConnection(comparison: PlaceComparison): "replace" | "update" | undefined {
  const { state, args, before, place } = comparison;
  if (!isSameRegion(comparison) || !isSameAccount(before, place)) return "replace";
  const isSameWay =
    before.account === place.account && state.connection?.endpoint === args.connection?.endpoint;
  return isSameWay ? undefined : "update";
}

/** An unknown region counts as the same region, because only a call can find out which it is. */
function isSameRegion({ state, place: { connection } }: PlaceComparison): boolean {
  if (state.backend !== connection.backend) return false;
  return state.region === undefined || connection.region === undefined || state.region === connection.region;
}

/**
 * If only one side names an account, it counts as the same account. A laptop may name a profile while the
 * pipeline has credentials in its environment; that must not replace a key pair. A store's file always has a
 * name.
 */
function isSameAccount(before: Place, place: Place): boolean {
  if (place.connection.path !== undefined) return before.connection.path === place.connection.path;
  return before.account === undefined || place.account === undefined || before.account === place.account;
}

function storeFile(path: string | undefined, { account }: BackendRules, settings: ProviderSettings) {
  const file = account(path);
  return file && fileOf(file, settings.projectFolder);
}

function withRegion(endpoint: string, regionNow: () => string | undefined): string {
  if (!endpoint.includes(REGION_PLACEHOLDER)) return endpoint;
  const region = regionNow();
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
export function configurationFor(backend: BackendName, { connection }: ProviderSettings): Connection {
  return connection.backend === undefined || connection.backend === backend ? connection : {};
}
