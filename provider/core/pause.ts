import type { Operation } from "./backend";
import { KeyPairError } from "./errors";

/** The longest time that a timer of Node can have. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What the user does when the deadline has passed. */
export const MORE_TIME =
  "Run it again later, or give it more time with `pulumi config set keypair:timeoutSeconds`.";

/** For a last call that is worth making although the time is up. */
const OVERTIME_MS = 10_000;

/** The operation, with at least some seconds left. */
export function withOvertime(operation: Operation): Operation {
  return { ...operation, deadline: Math.max(operation.deadline, Date.now() + OVERTIME_MS) };
}

/** Waits. Rejects with `Cancelled` as soon as the user interrupts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Throws `Cancelled` once the user has interrupted. */
export function checkNotCancelled({ signal }: { signal: AbortSignal }): void {
  if (signal.aborted) throw cancelled();
}

/** The error of an operation that the user interrupted while it waited for the cloud. */
export function cancelled(): KeyPairError {
  return new KeyPairError({ code: "Cancelled", message: "interrupted while waiting for the cloud" });
}
