import * as core from "../../core/keyPair/getPublicKey";
import { privateKeyIn } from "../../core/keyPair/privateKeyForms";
import type { GetPublicKeyArgs, PublicKeyFacts } from "../../core/model";
import { plainError } from "./failure";

// A dynamic provider has no functions. These run in the program's process, which loads them when they are asked for.

export { privateKeyIn };

/** See `getPublicKey` of the SDK. */
export function getPublicKey(args: GetPublicKeyArgs): PublicKeyFacts {
  try {
    return core.getPublicKey(args);
  } catch (error) {
    throw plainError(error);
  }
}
