import type { Operation } from "../core/backend";
import { isKeyPairError, KeyPairError } from "../core/errors";
import { checkNotCancelled, MORE_TIME, pause } from "../core/pause";
import { seconds } from "./operation";

export interface RetryOptions {
  /**
   * Sending the call twice does the same as sending it once, so it is sent again even when it is not known whether the cloud
   * carried it out.
   */
  idempotent: boolean;
  /** The longest wait before the second try, in ms; it doubles with each further one. */
  baseMs?: number;
  /** The longest wait before any try, in ms, unless the cloud asks for more. */
  capMs?: number;
}

/**
 * How long a call is tried if nothing of it can be sent. A short break of the network ends within this time. A wrong endpoint or
 * a missing route does not end at all.
 */
const UNREACHABLE_MS = 30_000;
const BASE_MS = 500;
const CAP_MS = 10_000;
/** Short, because the rate limit (rateLimit.ts) slows throttled calls down. */
const THROTTLED_CAP_MS = 2_000;

/**
 * Calls, and calls again while the failure says that this is safe, until the operation's deadline.
 *
 * A call that cannot be sent at all, because the host cannot be reached or is not known, ends after 30 s with that failure. A call
 * that waits for it, such as for a token, ends with it.
 *
 * Otherwise the code of the failure decides: `Throttled` and `Unavailable` (nothing was changed) are always tried again,
 * `OutcomeUnknown` only for idempotent calls, any other code never. Waits are exponential with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and never shorter than the cloud's own
 * retry-after.
 * Rejects with `DeadlineExceeded` and the last failure as its cause, and with `Cancelled` when the user interrupts.
 */
export async function retry<T>(
  operation: Operation,
  call: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  let unreachableSince: number | undefined;
  let wasSent = false;
  for (let attempt = 0; ; attempt++) {
    checkNotCancelled(operation);
    try {
      return await call();
    } catch (error) {
      if (!isRetriable(error, options)) throw error;
      const wait = backoffMs(attempt, error, options);
      wasSent ||= !error.details.isUnreachable;
      unreachableSince ??= Date.now();
      const isLongEnough =
        error.details.isTriedLongEnough || Date.now() + wait >= unreachableSince + UNREACHABLE_MS;
      if (!wasSent && isLongEnough) throw unreachable(error);
      if (Date.now() + wait >= operation.deadline) throw deadlineExceeded(error, attempt + 1);
      operation.progress(`${wording(error)}; trying again in ${seconds(wait)}`);
      await pause(wait, operation.signal);
    }
  }
}

/**
 * The wait that a `retry-after` header asks for, in ms: the header counts seconds, or names a date (RFC 9110, 10.2.3).
 * `undefined` where it is absent or cannot be read.
 */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function isRetriable(error: unknown, { idempotent }: RetryOptions): error is KeyPairError {
  return (
    isKeyPairError(error, "Throttled", "Unavailable") ||
    (isKeyPairError(error, "Configuration") && error.details.isUnreachable === true) ||
    (idempotent && isKeyPairError(error, "OutcomeUnknown"))
  );
}

function backoffMs(
  attempt: number,
  { code, details: { retryAfterMs } }: KeyPairError,
  { baseMs = BASE_MS, capMs = code === "Throttled" ? THROTTLED_CAP_MS : CAP_MS }: RetryOptions,
): number {
  // Jitter is added to what the cloud asked for, because it asks all throttled callers for the same time.
  if (retryAfterMs !== undefined) return retryAfterMs + Math.random() * baseMs;
  // 2 ** 30 ms is far past any cap: the exponent is bounded only so that the product stays finite.
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
}

function wording({ code, details }: KeyPairError): string {
  if (details.isUnreachable) return details.message;
  const origin = details.cloudCode ? ` (${details.cloudCode})` : "";
  if (code === "Throttled") return `throttled by the cloud${origin}`;
  if (code === "Unavailable") return `the cloud is not available${origin}`;
  return `no certain answer from the cloud${origin}`;
}

/** For a host that is not known, the error already says that the configuration is wrong. */
function unreachable(last: KeyPairError): KeyPairError {
  if (last.details.isTriedLongEnough) return last;
  if (last.code === "Configuration") return last.with({ isTriedLongEnough: true });
  return last.with({
    isTriedLongEnough: true,
    message: `${last.details.message}, for ${seconds(UNREACHABLE_MS)}`,
    next: "Check the endpoint, the network and the proxy.",
  });
}

function deadlineExceeded(last: KeyPairError, tries: number): KeyPairError {
  return new KeyPairError({
    ...last.details,
    code: "DeadlineExceeded",
    message: `gave up after ${tries} ${tries === 1 ? "try" : "tries"}, when the time was up: ${last.details.message}`,
    next: MORE_TIME,
    cause: last,
  });
}
