import { KeyPairError } from "../core/errors";

/** What helps when the text was damaged on its way. */
export const COPY_AGAIN = "Copy the whole public key again from the file it came from.";

/**
 * The one way a key is refused. `reason` is a sentence without the final full stop, `next` whole sentences. Neither may hold
 * a part of the text that was read, except what is known to be public: nobody can tell what was pasted there.
 */
export function invalidKey(reason: string, next: string = COPY_AGAIN): KeyPairError {
  return new KeyPairError({ code: "InvalidKey", message: reason, next });
}
