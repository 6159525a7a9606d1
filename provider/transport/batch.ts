import type { Operation } from "../core/backend";
import { KeyPairError } from "../core/errors";
import { cancelled, SharedOperation } from "./operation";

export interface BatchOptions {
  /** The most items of one call. */
  maxSize: number;
  /** The batch is sent when nothing was added to it for this long, in ms. */
  quietMs: number;
  /** The same while fewer have come than lately, in ms: who had an answer then mostly comes back, but not at once. */
  patientMs: number;
  /** The longest that the first item waits for company, in ms. */
  maxWaitMs: number;
}

/** One result an item, in the order of the items. */
export type BatchResults<Result> = readonly ({ value: Result } | { error: KeyPairError })[];

/** Of how many batches the largest is waited for: callers whom one pause has parted come together again. */
const REMEMBERED = 4;

interface Entry<Item, Result> {
  item: Item;
  operation: Operation;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Collects what many callers want within a short time into one call, and gives each caller its own result or failure. A call
 * that rejects as a whole rejects for all of its callers.
 */
export class Batch<Item, Result> {
  #entries: Entry<Item, Result>[] = [];
  #quiet: NodeJS.Timeout | undefined;
  #latest: NodeJS.Timeout | undefined;
  /** How many the last batches had. */
  #sizes: number[] = [];

  constructor(
    private readonly call: (items: Item[], operation: Operation) => Promise<BatchResults<Result>>,
    private readonly options: BatchOptions,
  ) {}

  /** An item whose caller interrupts before the batch is sent is not sent; one that was sent is waited for. */
  add(item: Item, operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (operation.signal.aborted) {
        reject(cancelled());
        return;
      }
      this.#entries.push({ item, operation, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    const { maxSize, quietMs, patientMs, maxWaitMs } = this.options;
    clearTimeout(this.#quiet);
    if (this.#entries.length >= maxSize) {
      this.#send();
      return;
    }
    const isShort = this.#entries.length < Math.max(0, ...this.#sizes);
    this.#quiet = setTimeout(() => this.#send(), isShort ? patientMs : quietMs);
    this.#latest ??= setTimeout(() => this.#send(), maxWaitMs);
  }

  #send(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#latest = undefined;
    const entries = this.#entries;
    this.#entries = [];
    this.#sizes = [...this.#sizes, entries.length].slice(-REMEMBERED);
    const wanted = entries.filter(({ operation, reject }) => {
      if (operation.signal.aborted) reject(cancelled());
      return !operation.signal.aborted;
    });
    if (wanted.length > 0) void this.#settle(wanted);
  }

  async #settle(entries: Entry<Item, Result>[]): Promise<void> {
    try {
      const operation = new SharedOperation(entries.map((entry) => entry.operation));
      const results = await this.call(
        entries.map(({ item }) => item),
        operation,
      );
      entries.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(missingResult());
        else if ("error" in result) reject(result.error);
        else resolve(result.value);
      });
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}

/** Nothing is known of the item: the caller looks before it goes on. */
function missingResult(): KeyPairError {
  return new KeyPairError({ code: "OutcomeUnknown", message: "the answer to a batch left this one out" });
}
