import { KeyPairError } from "../core/errors";

/** What helps when the text was damaged on its way. */
export const COPY_AGAIN = "Copy the whole key again from the file it came from.";

/** How a user gets at the public half of a private key that cannot be read here. */
export const WRITE_PUBLIC_HALF =
  "Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.";

export function otherText(lineNumber: number): KeyPairError {
  return invalidKey(`there is other text beside the key, in line ${lineNumber}`, "Remove it.");
}

export function cutInBegin(): KeyPairError {
  return invalidKey("the key is cut short: its BEGIN line is not whole");
}

/**
 * What a library made of a key. It may throw anything, and its error may hold what it read: a private key too. So nothing of
 * that error is kept.
 */
export function orDamaged<T>(work: () => T, reason: string, next?: string): T {
  try {
    return work();
  } catch {
    throw invalidKey(reason, next);
  }
}

/**
 * The one way a key is refused. `reason` is a sentence without the final full stop, `next` whole sentences. Neither may hold
 * a part of the text that was read, except what is known to be public: nobody can tell what was pasted there.
 */
export function invalidKey(reason: string, next: string = COPY_AGAIN): KeyPairError {
  return new KeyPairError({ code: "InvalidKey", message: reason, next });
}
