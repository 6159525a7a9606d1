import { compareConnection, openPlace, type PlacedState, placesToCompare } from "../connection";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import type { WantedPair } from "./members";
import { regionOf, type StoredPair } from "./state";

/**
 * Ensures that a new key pair will belong to the owner of those that the set has in the same account. With somebody else's credentials it
 * would be theirs, and nobody could look at the whole set any more.
 */
export class OwnerOfNewPairs {
  /** All pairs of a region are made in one place. */
  readonly #checks = new Map<string, Promise<void>>();

  constructor(private readonly stored: readonly StoredPair[]) {}

  /** Throws `Configuration`. */
  check({ region, args }: WantedPair, context: OperationContext): Promise<void> {
    const key = regionOf(region);
    const check = this.#checks.get(key) ?? this.#assertSameOwner(key, args as CheckedKeyPairArgs, context);
    this.#checks.set(key, check);
    return check;
  }

  async #assertSameOwner(
    region: string,
    args: CheckedKeyPairArgs,
    { settings, catalog, operation }: OperationContext,
  ): Promise<void> {
    const { here = [], elsewhere = [] } = Object.groupBy(this.stored, (stored) =>
      stored.region === region ? "here" : "elsewhere",
    );
    for (const { state } of [...here, ...elsewhere]) {
      if (state.ownerId === undefined) continue;
      const places = placesToCompare(state, args, settings, catalog);
      if (compareConnection({ state: comparable(state), args, ...places }) === "replace") continue;
      return assertSameOwner(state, undefined, await openPlace(places.place, catalog), operation);
    }
  }
}

/** An account is the same one in all regions. OpenStack has users, and may have others in each region. */
function comparable(state: KeyPairState): PlacedState {
  if (state.backend === "openstack") return state;
  const { region: _any, ...anywhere } = state;
  return anywhere;
}
