import { createBackendCatalog } from "../../backends";
import type { Operation } from "../../core/backend";
import * as lookup from "../../core/lookup";
import type { GetKeyPairArgs, GetKeyPairsArgs, KeyPairFacts } from "../../core/model";
import { checkNode } from "../../core/nodeVersion";
import { projectFolder } from "../../core/projectFolder";
import { readSettings } from "../../core/settings";
import { plainError } from "./failure";

/** Reads a key of the stack's configuration, namespace `keypair`. */
export type ReadConfiguration = (key: string) => string | undefined;

// A dynamic provider has no functions. Look-ups run in the program's process, which loads this at the first
// one.
const catalog = createBackendCatalog();

/** See `getKeyPair` of the SDK. */
export function getKeyPair(args: GetKeyPairArgs, read: ReadConfiguration): Promise<KeyPairFacts> {
  return withContext(read, (context) => lookup.getKeyPair(args, context));
}

/** See `getKeyPairs` of the SDK. */
export function getKeyPairs(args: GetKeyPairsArgs, read: ReadConfiguration): Promise<KeyPairFacts[]> {
  return withContext(read, (context) => lookup.getKeyPairs(args, context));
}

async function withContext<T>(
  read: ReadConfiguration,
  look: (context: lookup.LookupContext) => Promise<T>,
): Promise<T> {
  try {
    checkNode();
    const settings = readSettings(read, projectFolder());
    const operation: Operation = {
      signal: new AbortController().signal,
      deadline: Date.now() + settings.timeoutSeconds * 1000,
      progress() {},
    };
    return await look({ settings, catalog, operation });
  } catch (error) {
    throw plainError(error);
  }
}
