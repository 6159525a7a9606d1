import type { Operation } from "../core/backend";
import { DEFAULT_TIMEOUT_SECONDS } from "../core/connection";

/** One call on a cloud. It reports no progress: only the user waits for it, and sees that it takes time. */
export function newOperation(timeoutSeconds: number = DEFAULT_TIMEOUT_SECONDS): Operation {
  return {
    signal: new AbortController().signal,
    deadline: Date.now() + timeoutSeconds * 1000,
    progress() {},
  };
}
