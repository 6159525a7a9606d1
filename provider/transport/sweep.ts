import type { Operation } from "../core/backend";
import { SharedOperation } from "./operation";

export interface SweepOptions {
  /** How long a listing answers, in ms from its start. */
  maxAgeMs: number;
}

/** `stale`: this process has written to the name, so no listing may answer for it. */
export type SweepAnswer<Item> = { item: Item | undefined } | "stale";

interface Listing<Item> {
  startedAt: number;
  operation: SharedOperation;
  items: Promise<ReadonlyMap<string, Item>>;
}

/**
 * One listing that answers for many names. Readers that come while it is under way wait for the same one; readers that come
 * later use it while it is young. It never answers for a name that this process has written to: reads may lag behind writes, so
 * even a listing that began after the write may not show it.
 */
export class Sweep<Item> {
  #listing: Listing<Item> | undefined;
  readonly #written = new Set<string>();

  constructor(
    private readonly list: (operation: Operation) => Promise<ReadonlyMap<string, Item>>,
    private readonly options: SweepOptions,
  ) {}

  /** What the listing says about the name. A `stale` name starts no listing, because a look-up of one name is cheaper. */
  async find(name: string, operation: Operation): Promise<SweepAnswer<Item>> {
    if (this.#written.has(name)) return "stale";
    const items = await this.#current(operation).items;
    // A write may have begun while the listing was under way.
    return this.#written.has(name) ? "stale" : { item: items.get(name) };
  }

  /** Runs a write to the name. From now on no listing answers for it, whether the write succeeds or not. */
  write<T>(name: string, write: () => Promise<T>): Promise<T> {
    this.#written.add(name);
    return write();
  }

  #current(operation: Operation): Listing<Item> {
    const young = this.#listing;
    const usable =
      young !== undefined &&
      performance.now() - young.startedAt < this.options.maxAgeMs &&
      !young.operation.signal.aborted;
    if (usable) {
      young.operation.join(operation);
      return young;
    }
    const shared = new SharedOperation([operation]);
    const listing = { startedAt: performance.now(), operation: shared, items: this.list(shared) };
    this.#listing = listing;
    // Callers that come later do not get a listing that failed.
    listing.items.catch(() => {
      if (this.#listing === listing) this.#listing = undefined;
    });
    return listing;
  }
}
