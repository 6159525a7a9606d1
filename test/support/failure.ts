import { expect } from "vitest";
import { isKeyPairError, type KeyPairError } from "../../provider/core/errors";

/** The error of a call that has to fail, with an error of ours. */
export function failure(call: () => unknown): KeyPairError {
  try {
    call();
  } catch (error) {
    if (isKeyPairError(error)) return error;
    throw error;
  }
  return expect.fail("expected a failure");
}
