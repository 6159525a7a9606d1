import { compareConnection, openPlace, placesToCompare } from "../connection";
import type { CheckedKeyPairArgs } from "../model";
import type { OperationContext } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import type { WantedPair } from "./members";
import { regionOf, type StoredPair } from "./state";

/**
 * Ensures that a new key pair will belong to the owner of those that the set has in the same place. With somebody else's credentials it
 * would be theirs, and nobody could look at the whole set any more.
 */
export class OwnerOfNewPairs {
  /** All pairs of a region are made in one place. */
  readonly #checks = new Map<string, Promise<void>>();

  constructor(private readonly stored: readonly StoredPair[]) {}

  /** Throws `Configuration`. */
  check({ region, args }: WantedPair, context: OperationContext): Promise<void> {
    const key = regionOf(region);
    const check = this.#checks.get(key) ?? this.#assertSameOwner(args as CheckedKeyPairArgs, context);
    this.#checks.set(key, check);
    return check;
  }

  async #assertSameOwner(
    args: CheckedKeyPairArgs,
    { settings, catalog, operation }: OperationContext,
  ): Promise<void> {
    for (const { state } of this.stored) {
      if (state.ownerId === undefined) continue;
      const places = placesToCompare(state, args, settings, catalog);
      if (compareConnection({ state, args, ...places }) === "replace") continue;
      return assertSameOwner(state, undefined, await openPlace(places.place, catalog), operation);
    }
  }
}
