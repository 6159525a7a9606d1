import { KeyPairError } from "../../../../provider/core/errors";

/** The project's error that the promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<KeyPairError> {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof KeyPairError) return error;
  throw error;
}
