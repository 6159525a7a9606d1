import type { Operation } from "../../../provider/core/backend";
import { type ErrorDetails, KeyPairError } from "../../../provider/core/errors";

export interface RecordedOperation extends Operation {
  readonly messages: string[];
  cancel(): void;
}

/** An operation that remembers what it was told. */
export function operation(deadlineMs = 600_000): RecordedOperation {
  const controller = new AbortController();
  const messages: string[] = [];
  return {
    signal: controller.signal,
    deadline: Date.now() + deadlineMs,
    messages,
    progress: (message) => void messages.push(message),
    cancel: () => controller.abort(),
  };
}

export function throttled(details: Partial<ErrorDetails> = {}): KeyPairError {
  return new KeyPairError({
    code: "Throttled",
    message: "too many calls",
    cloudCode: "Throttling.User",
    ...details,
  });
}
