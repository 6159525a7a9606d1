import { compareConnection, openPlace, placesToCompare, resolvePlace } from "../connection";
import type { CheckedKeyPairArgs } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import type { Contents, StoredPair } from "./state";

type OwnerCheck = (region: string | undefined, args: CheckedKeyPairArgs) => Promise<void>;

/**
 * The check before a key pair is made. Where the set has key pairs already, the credentials must be those of their owner: with others, it
 * would be made in another account.
 */
export function ownerCheck(
  { pairs, leftOver }: Contents,
  { settings, catalog, operation }: OperationContext,
): OwnerCheck {
  const neighbourOf = (args: CheckedKeyPairArgs) =>
    [...pairs, ...leftOver].find(({ state }) => {
      if (state.ownerId === undefined) return false;
      const places = placesToCompare(state, args, settings, catalog);
      return compareConnection({ state, args, ...places }) !== "replace";
    });
  // A set has one connection, so the region tells the place.
  const neighbours = new Map<string | undefined, StoredPair | undefined>();
  return async (region, args) => {
    if (!neighbours.has(region)) neighbours.set(region, neighbourOf(args));
    const neighbour = neighbours.get(region);
    if (!neighbour) return;
    const backend = await openPlace(resolvePlace(args.connection, settings, catalog), catalog);
    await assertSameOwner(neighbour.state, undefined, backend, operation);
  };
}
