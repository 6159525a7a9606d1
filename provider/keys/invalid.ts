import { KeyPairError } from "../core/errors";

/** The advice for a text that was damaged when it was copied. */
export const COPY_AGAIN = "Copy the whole key again from the file it came from.";

/** The advice for a private key whose public half cannot be read here. */
export const WRITE_PUBLIC_HALF =
  "Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.";

export function otherText(lineNumber: number): KeyPairError {
  return invalidKey(`there is other text beside the key, in line ${lineNumber}`, "Remove it.");
}

export function cutInBegin(): KeyPairError {
  return invalidKey("the key is cut short: its BEGIN line is not whole");
}

/**
 * Runs a library on a key. The library may throw anything, and its error may hold what it read, even a private key. So
 * nothing of that error is kept.
 */
export function orDamaged<T>(work: () => T, reason: string, next?: string): T {
  try {
    return work();
  } catch {
    throw invalidKey(reason, next);
  }
}

/**
 * The error for every key that is refused. `reason` is a sentence without the final full stop, `next` is whole sentences.
 * Neither may hold a part of the text that was read, unless it is certainly public: the text could be a secret.
 */
export function invalidKey(reason: string, next: string = COPY_AGAIN): KeyPairError {
  return new KeyPairError({ code: "InvalidKey", message: reason, next });
}
