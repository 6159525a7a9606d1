import type { Operation } from "../core/backend";
import { KeyPairError } from "../core/errors";
import { cancelled } from "../core/pause";
import { SharedOperation } from "./operation";

export interface BatchOptions {
  /** The most items of one call. */
  maxSize: number;
  /** How long the first item waits for others, in ms. */
  windowMs: number;
}

/** One result for each item, in the order of the items. */
export type BatchResults<Result> = readonly ({ value: Result } | { error: KeyPairError })[];

interface Entry<Item, Result> {
  item: Item;
  operation: Operation;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Collects what callers want within a short window into one call, and gives each caller its own result or failure. A call
 * that rejects as a whole rejects for all of its callers.
 */
export class Batch<Item, Result> {
  #entries: Entry<Item, Result>[] = [];
  #window: NodeJS.Timeout | undefined;

  constructor(
    private readonly call: (items: Item[], operation: Operation) => Promise<BatchResults<Result>>,
    private readonly options: BatchOptions,
  ) {}

  /** An item whose caller interrupts before the batch is sent is not sent. An item that was sent is waited for. */
  add(item: Item, operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (operation.signal.aborted) {
        reject(cancelled());
        return;
      }
      this.#entries.push({ item, operation, resolve, reject });
      if (this.#entries.length >= this.options.maxSize) this.#send();
      else this.#window ??= setTimeout(() => this.#send(), this.options.windowMs);
    });
  }

  #send(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    const entries = this.#entries;
    this.#entries = [];
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

/** It is not known what became of the item, so the caller looks before it goes on. */
function missingResult(): KeyPairError {
  return new KeyPairError({ code: "OutcomeUnknown", message: "the reply to a batch left this item out" });
}
