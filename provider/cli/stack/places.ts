import type { Backend, BackendCatalog, Owner } from "../../core/backend";
import { openPlaceOfState, type PlacedState, type ProviderSettings } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { projectFolder } from "../../core/projectFolder";
import { readSettings, settingText } from "../../core/settings";
import { isOurs, resourcesWith, type StackState, type StoredResource, textIn, valueIn } from "./state";

/* Where the key pairs of a stack's state are. */

export interface Stack {
  state: StackState;
  catalog: BackendCatalog;
}

/** This provider's resources whose key pair has the name, in the place of the backend. An unknown owner counts as the same owner. */
export async function resourcesAt(
  { name, backend, owner }: { name: string; backend: Backend; owner: Owner | undefined },
  stack: Stack,
): Promise<StoredResource[]> {
  const found: StoredResource[] = [];
  for (const resource of resourcesWith(name, stack.state).filter(isOurs)) {
    const { location, endpoint } = await openPlaceOf(resource, stack);
    const ownerId = textIn(resource.outputs, "ownerId");
    const isOtherOwner = owner !== undefined && ownerId !== undefined && owner.id !== ownerId;
    if (location === backend.location && endpoint === backend.endpoint && !isOtherOwner) found.push(resource);
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
