import { fingerprintSha256, readPublicKey } from "../../keys";
import type { Backend, KeyPairRecord } from "../backend";
import type { JournalEntry } from "../journal";
import type { CheckedKeyPairArgs } from "../model";
import type { LifecycleContext } from "./context";
import { fingerprintOf, isMadeSince } from "./state";
import { deleteIfUnused, findMade } from "./waiting";

/**
 * Deals with what a killed run of this very resource left in the cloud, and answers the arguments to go on with. An imported
 * pair is taken over. A created one is deleted: what no state holds has a private key that reached nobody, even if the engine
 * had been told of it. What may be another's, or is in use, is only spoken of.
 */
export async function recoverInterrupted(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: LifecycleContext,
): Promise<CheckedKeyPairArgs> {
  let ready = args;
  for (const entry of context.journal.interrupted(context.urn)) {
    if (entry.location !== backend.location) continue;
    const left = await findMade(backend, entry.name, entry.startedAt, context.operation);
    if (left && isTheEntrys(left, entry)) {
      if (isTakenOver(entry, args)) ready = { ...ready, onExisting: "adopt" };
      else if (!(await removeLeftover(left, entry, backend, context))) warnOfLeftover(left, backend, context);
    }
    context.journal.confirm(context.urn, entry.name);
  }
  return ready;
}

function isTheEntrys(left: KeyPairRecord, entry: JournalEntry): boolean {
  if (!isMadeSince(left, entry.startedAt)) return false;
  return entry.importedKey === undefined ? entry.isNew : fingerprintOf(left) === entry.importedKey;
}

/** The pair that is about to be imported is there already: with this name, and with the key that the program gives. */
function isTakenOver(
  entry: JournalEntry,
  { keyPairName, publicKeyBody, onExisting }: CheckedKeyPairArgs,
): boolean {
  if (entry.name !== keyPairName || entry.importedKey === undefined) return false;
  if (publicKeyBody === undefined) return onExisting === "adopt";
  return fingerprintSha256(readPublicKey(publicKeyBody)) === entry.importedKey;
}

/** Deletes what is surely the killed run's and of no use to anybody; answers whether it did. */
async function removeLeftover(
  left: KeyPairRecord,
  { isNew }: JournalEntry,
  backend: Backend,
  { operation, warn }: LifecycleContext,
): Promise<boolean> {
  if (!isNew || !(await deleteIfUnused(backend, left.name, operation))) return false;
  warn(
    `key pair "${left.name}" (${backend.location}) was deleted: an earlier run was killed while it made it, before the stack's state held it.`,
  );
  return true;
}

function warnOfLeftover(left: KeyPairRecord, backend: Backend, { warn }: LifecycleContext): void {
  warn(
    `an earlier run made key pair "${left.name}" (${backend.location}) and was killed before the stack's state held it. ` +
      "If no other stack uses it, delete it by hand.",
  );
}
