import type { Operation } from "../backend";

/** Between two reports: the engine draws each one. */
const REPORT_EVERY_MS = 500;

/** How far an operation on many key pairs is: "312 of 500 key pairs, 2 waiting: …". */
export class Progress {
  #done = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  readonly #waiting = new Map<object, string>();

  constructor(
    private readonly total: number,
    private readonly operation: Operation,
  ) {}

  /** The operation on one of the key pairs. Its own messages become part of the report. */
  operationFor(item: object): Operation {
    const { signal, deadline } = this.operation;
    return {
      // A signal of its own: listeners would accumulate on one that all share.
      signal: AbortSignal.any([signal]),
      deadline,
      progress: (message) => {
        this.#waiting.set(item, message);
        this.#report();
      },
    };
  }

  done(item: object): void {
    this.#waiting.delete(item);
    this.#done++;
    this.#report();
  }

  /** The item is put off, and not done. */
  later(item: object): void {
    this.#waiting.delete(item);
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    const last = [...this.#waiting.values()].at(-1);
    const waiting = last === undefined ? "" : `, ${this.#waiting.size} waiting: ${last}`;
    this.operation.progress(`${this.#done} of ${this.total} key pairs${waiting}`);
  }
}
