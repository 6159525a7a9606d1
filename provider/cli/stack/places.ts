import type { Backend, BackendCatalog, Owner } from "../../core/backend";
import {
  configurationFor,
  openPlaceOfState,
  type PlacedState,
  type ProviderSettings,
} from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import type { Connection } from "../../core/model";
import { projectFolder } from "../../core/projectFolder";
import { readSettings, settingText } from "../../core/settings";
import { isOurs, resourcesWith, type StackState, type StoredResource, textIn, valueIn } from "./state";

/* Where the key pairs of a stack's state are. */

export interface Stack {
  state: StackState;
  catalog: BackendCatalog;
}

/**
 * This provider's resources whose key pair has the name, in the place of the backend. The same owner may reach one region in several
 * ways: by another endpoint, or with another kind of credentials. If an owner is not known, the same way is the same place.
 */
export async function resourcesAt(
  { name, backend, owner }: { name: string; backend: Backend; owner: Owner | undefined },
  stack: Stack,
): Promise<StoredResource[]> {
  const found: StoredResource[] = [];
  for (const resource of resourcesWith(name, stack.state).filter(isOurs)) {
    const other = await openPlaceOf(resource, stack);
    const ownerId = textIn(resource.outputs, "ownerId");
    const isSameWay = other.location === backend.location && other.endpoint === backend.endpoint;
    const isSameRegion = other.name === backend.name && other.region === backend.region;
    const isThere =
      owner === undefined || ownerId === undefined
        ? isSameWay
        : owner.id === ownerId && (isSameWay || isSameRegion);
    if (isThere) found.push(resource);
  }
  return found;
}

/** Opens the place of the resource, as its provider was configured in the run that wrote the state. */
export function openPlaceOf(resource: StoredResource, { state, catalog }: Stack): Promise<Backend> {
  const { inputs, outputs } = resource;
  // The outputs of a pending create are empty.
  const placed = {
    backend: valueIn(outputs, "backend"),
    region: valueIn(outputs, "region"),
    __account: valueIn(outputs, "__account"),
    connection: valueIn(inputs, "connection"),
    userId: textIn(inputs, "userId"),
  } as Partial<PlacedState>;
  return openPlaceOfState(placed, { settings: settingsOf(resource, state), catalog });
}

/** Whether the state names the region of the resource. If not, the place that is opened has the one of the environment here. */
export function isRegionNamed(resource: StoredResource, { name }: Backend, { state }: Stack): boolean {
  const own = valueIn(resource.inputs, "connection") as Connection | undefined;
  const configured = configurationFor(name, settingsOf(resource, state));
  return (textIn(resource.outputs, "region") ?? own?.region ?? configured.region) !== undefined;
}

/** The settings of the provider. The dynamic one holds the stack's whole configuration, so its keys have their namespace. */
export function settingsOf({ provider }: StoredResource, { resources }: StackState): ProviderSettings {
  const stored = resources.find(({ urn, id }) => provider === `${urn}::${id}`);
  if (stored === undefined) {
    const message = "the state does not hold the provider with which the key pair was made";
    throw new KeyPairError({ code: "Configuration", message });
  }
  return readSettings(
    (key) => settingText(valueIn(stored.inputs, `keypair:${key}`) ?? valueIn(stored.inputs, key)),
    projectFolder(),
  );
}
