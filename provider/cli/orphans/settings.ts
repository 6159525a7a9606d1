import type { BackendCatalog } from "../../core/backend";
import { type Place, type PlacedState, type ProviderSettings, placeOfState } from "../../core/connection";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import type { Connection } from "../../core/model";
import { readSettings } from "../../core/settings";
import { ENCRYPTED, logicalName, type StackState, type StoredResource } from "./state";

/** How the clouds are reached. */
export interface Access {
  state: StackState;
  /** The stack's current configuration; empty if the state does not come from the stack. */
  configuration: ReadonlyMap<string, string>;
  /** What the command line gives instead of the configuration. */
  overrides: Connection;
  catalog: BackendCatalog;
  /** The folder of the Pulumi project (absolute): relative paths start there. */
  projectFolder: string;
}

/** Where a resource is, and the settings of its provider. */
export interface PlaceOfResource extends Place {
  settings: ProviderSettings;
}

/**
 * Where the run that wrote the state made the resource. The provider's configuration of that run decides,
 * not the stack's current configuration. Throws `Configuration`.
 */
export function placeOfResource(resource: StoredResource, access: Access): PlaceOfResource {
  const { inputs, outputs } = resource;
  const settings = settingsOf(resource, access);
  // The outputs of a pending create are empty.
  const { backend, region, __account } = outputs;
  const state = { ...defined({ backend, region, __account }), connection: readable(inputs, "connection") };
  return { ...placeOfState(state as Partial<PlacedState>, settings, access.catalog), settings };
}

function settingsOf({ provider }: StoredResource, access: Access): ProviderSettings {
  const { state, configuration, overrides } = access;
  const stored = provider === undefined ? undefined : state.providers.get(urnOf(provider));
  const configured = readSettings((key) => configuration.get(key), access.projectFolder);
  if (!stored) return withOverrides(configured, overrides);
  const settings = readSettings((key) => setting(stored, key, hasAccount(overrides)), access.projectFolder);
  // Temporary credentials may have been renewed since. Those of an explicit provider stand in the program.
  const isRenewed =
    isDefault(stored) &&
    Object.keys(configured.credentials).length > 0 &&
    configured.connection.backend === settings.connection.backend;
  const { credentials } = isRenewed ? configured : settings;
  return withOverrides({ ...settings, credentials }, overrides);
}

/** Credentials in the configuration belong to its account. Another account uses its own. */
function withOverrides(settings: ProviderSettings, overrides: Connection): ProviderSettings {
  const { connection } = settings;
  const isOtherCloud = overrides.backend !== undefined && overrides.backend !== connection.backend;
  return {
    ...settings,
    connection: { ...(isOtherCloud ? {} : connection), ...defined(overrides) },
    credentials: hasAccount(overrides) ? {} : settings.credentials,
  };
}

function hasAccount({ backend, profile, cloud }: Connection): boolean {
  return [backend, profile, cloud].some((given) => given !== undefined);
}

/** A setting of a stored provider. The dynamic one holds the stack's whole configuration, so its keys have their namespace. */
function setting({ inputs, urn }: StoredResource, key: string, hasOtherAccount: boolean): string | undefined {
  const value = inputs[`keypair:${key}`] ?? inputs[key];
  if (value !== ENCRYPTED) return value === undefined ? undefined : String(value);
  if (hasOtherAccount) return undefined;
  throw new KeyPairError({
    code: "Configuration",
    message: `the state holds ${key} of its provider (${urn}) encrypted`,
    next: "Give --state the output of `pulumi stack export --show-secrets`, through a pipe: `--state -`.",
  });
}

/** The engine makes it of the stack's configuration. */
function isDefault({ urn }: StoredResource): boolean {
  return /^default(?:_|$)/.test(logicalName(urn));
}

function urnOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}

function readable(inputs: StoredResource["inputs"], name: string): Connection {
  const value = inputs[name];
  if (value === undefined) return {};
  const isEncrypted =
    value === ENCRYPTED || (typeof value === "object" && Object.values(value ?? {}).includes(ENCRYPTED));
  if (typeof value === "object" && value !== null && !isEncrypted) return value;
  throw new KeyPairError({
    code: "Configuration",
    message: `the state holds the ${name} of the resource encrypted`,
    next: "Give --state the output of `pulumi stack export --show-secrets`, through a pipe: `--state -`.",
  });
}
