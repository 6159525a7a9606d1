import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { isKeyPairError } from "../errors";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { heldKey } from "../privateKeyFile/write";
import type { ChangeKind } from "../resource/propertyTable";

/*
 * What became of the private key's file since it was written. The check looks at the file, and the diff
 * compares.
 */

/** For a file that holds something, but no private key. */
const OTHER = "other";

/**
 * What the file holds now (`__keyInFile`). `undefined` if it cannot be found out: another machine may have
 * the folder, such as the laptop of the person who made the pair.
 * @param path  Absolute.
 */
export function keyInFile(path: string): string | undefined {
  if (!existsSync(dirname(path))) return undefined;
  try {
    const held = heldKey(path);
    if (held.holds === "key") return held.fingerprint;
    return held.holds === "nothing" ? "" : OTHER;
  } catch (error) {
    if (!isKeyPairError(error, "File")) throw error;
    return undefined;
  }
}

interface KeyFileComparison {
  state: KeyPairState;
  args: CheckedKeyPairArgs;
}

/** A file that was lost is written again while the state has the key. */
export function compareKeyFile({ state, args }: KeyFileComparison): ChangeKind | undefined {
  if (state.privateKeyFile !== args.privateKeyFile) return "update";
  return isLost(args) && state.privateKey !== undefined ? "update" : undefined;
}

/** Whether the file that the key was written to holds nothing any more. */
export function isLost({ __keyInFile }: CheckedKeyPairArgs): boolean {
  return __keyInFile === "";
}

/** Says that the file holds the private key no more, and that an update does not write it again. */
export function keyFileWarning(state: KeyPairState, args: CheckedKeyPairArgs): string | undefined {
  const { privateKeyFile: file, __keyInFile: found } = args;
  if (found === undefined || found === state.__ownKey || file !== state.privateKeyFile) return undefined;
  const isInState = state.privateKey !== undefined;
  if (found === "" && isInState) return undefined;
  const what =
    found === "" ? "nothing" : found === OTHER ? "something else" : `another private key (${found})`;
  const next = isInState
    ? "It is never overwritten: move it away, and the next `pulumi up` writes the key again."
    : "The state does not hold the key either (savePrivateKey is false): take it from a backup, or change keepers to have a new key made.";
  return `${file} holds ${what} in the place of the private key of key pair "${state.keyPairName}" (${state.__ownKey}). ${next}`;
}
