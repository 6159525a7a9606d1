import type { Operation } from "../core/backend";
import { KeyPairError } from "../core/errors";

/** What to do when the deadline has passed. */
export const MORE_TIME =
  "Run it again later, or give it more time with `pulumi config set keypair:timeoutSeconds`.";

/** Rejects with `Cancelled` once the user has interrupted. */
export function checkNotCancelled(operation: Operation): void {
  if (operation.signal.aborted) throw cancelled();
}

/** Waits; rejects with `Cancelled` as soon as the user interrupts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled());
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * The operation of a call that serves several, also those who join while it is under way: it goes on while one of them still
 * wants it, as long as the most patient one waits, and each is told what is being waited for.
 */
export class SharedOperation implements Operation {
  readonly #members = new Set<Operation>();
  readonly #controller = new AbortController();

  constructor(members: Iterable<Operation> = []) {
    for (const member of members) this.join(member);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get deadline(): number {
    return Math.max(...[...this.#members].map(({ deadline }) => deadline));
  }

  join(member: Operation): void {
    this.#members.add(member);
    const abortWhenAllDid = () => {
      if ([...this.#members].every(({ signal }) => signal.aborted)) this.#controller.abort();
    };
    member.signal.addEventListener("abort", abortWhenAllDid, { once: true });
  }

  progress(message: string): void {
    for (const member of this.#members) member.progress(message);
  }
}

/** How a wait is told: whole seconds, never "0 s". */
export function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}

export function cancelled(): KeyPairError {
  return new KeyPairError({ code: "Cancelled", message: "interrupted while waiting for the cloud" });
}
