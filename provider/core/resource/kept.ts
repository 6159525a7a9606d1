import { type PlacedState, placeOfState } from "../connection";
import { defined } from "../defined";
import type { OperationContext } from "./contract";
import type { ThingsInCloud } from "./runMemory";

/** Records that the resource of this state keeps the things of these names. */
export function noteKept(
  kept: ThingsInCloud,
  things: readonly (readonly string[])[],
  state: PlacedState & { ownerId?: string },
  { settings, catalog }: Pick<OperationContext, "settings" | "catalog">,
  urn: string,
): void {
  const { backend: name, region, ownerId } = state;
  // Of a local store: its file. Which endpoint a cloud's thing was made at is not known.
  const { path: endpoint } = placeOfState(state, settings, catalog).connection;
  const owner = ownerId === undefined ? undefined : { id: ownerId };
  for (const names of things) kept.add(defined({ name, region, endpoint }), owner, names, urn);
}
