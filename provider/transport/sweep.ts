import type { Operation } from "../core/backend";
import { SharedOperation } from "./operation";

export interface SweepOptions {
  /** How long a listing answers, in ms from its start. */
  maxAgeMs: number;
}

/** `stale`: no listing may answer for this name, because this process has written to it since the listing began. */
export type SweepAnswer<Item> = { item: Item | undefined } | "stale";

interface Listing<Item> {
  startedAt: number;
  /** How many writes had ended when the listing began. */
  writes: number;
  operation: SharedOperation;
  items: Promise<ReadonlyMap<string, Item>>;
}

interface Writes {
  underWay: number;
  /** Which write the last one that ended was. */
  last: number;
}

/**
 * One listing that answers for many names. Readers that come while it is under way wait for the same one; readers that come
 * later use it while it is young. A write of our own takes its name out of every listing that began before the write ended.
 */
export class Sweep<Item> {
  #listing: Listing<Item> | undefined;
  #ended = 0;
  readonly #writes = new Map<string, Writes>();

  constructor(
    private readonly list: (operation: Operation) => Promise<ReadonlyMap<string, Item>>,
    private readonly options: SweepOptions,
  ) {}

  /** What the listing says of the name. A `stale` name starts no listing of its own: asking for the one name is cheaper. */
  async find(name: string, operation: Operation): Promise<SweepAnswer<Item>> {
    const listing = this.#current(operation);
    if (!this.#mayAnswer(listing, name)) return "stale";
    const items = await listing.items;
    // A write may have begun while the listing was under way.
    return this.#mayAnswer(listing, name) ? { item: items.get(name) } : "stale";
  }

  /** Runs a write to the name, and keeps listings that it may have overtaken from answering for it. */
  async write<T>(name: string, write: () => Promise<T>): Promise<T> {
    const writes = this.#writes.get(name) ?? { underWay: 0, last: 0 };
    this.#writes.set(name, writes);
    writes.underWay++;
    try {
      return await write();
    } finally {
      writes.underWay--;
      writes.last = ++this.#ended;
    }
  }

  /** Forgets the listing: the next reader starts a new one. */
  drop(): void {
    this.#listing = undefined;
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
    const listing: Listing<Item> = {
      startedAt: performance.now(),
      writes: this.#ended,
      operation: shared,
      items: this.list(shared),
    };
    this.#listing = listing;
    // A listing that failed answers nobody who comes later.
    listing.items.catch(() => {
      if (this.#listing === listing) this.#listing = undefined;
    });
    return listing;
  }

  #mayAnswer(listing: Listing<Item>, name: string): boolean {
    const writes = this.#writes.get(name);
    return writes === undefined || (writes.underWay === 0 && writes.last <= listing.writes);
  }
}
