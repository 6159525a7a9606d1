import type { Operation } from "../backend";

/** Between two reports: the engine draws each one. */
const REPORT_EVERY_MS = 500;

/** How far an operation on many key pairs is: "312 of 500 key pairs, 2 waiting: …". */
export class Progress {
  readonly #done = new Set<object>();
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Something has changed since the last report. */
  #isStale = false;
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
    this.#done.add(item);
    this.#report();
  }

  /** The item is put off, or tried again: it is not done. */
  later(item: object): void {
    this.#waiting.delete(item);
    this.#done.delete(item);
  }

  /** Nothing more comes. The last report stays on the screen, so it must be the end. */
  end(): void {
    if (this.#isStale) this.#send();
  }

  #report(): void {
    this.#isStale = true;
    if (performance.now() - this.#reportedAt >= REPORT_EVERY_MS) this.#send();
  }

  #send(): void {
    this.#reportedAt = performance.now();
    this.#isStale = false;
    const last = [...this.#waiting.values()].at(-1);
    const waiting = last === undefined ? "" : `, ${this.#waiting.size} waiting: ${last}`;
    this.operation.progress(`${this.#done.size} of ${this.total} key pairs${waiting}`);
  }
}
