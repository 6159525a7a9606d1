import { fingerprintSha256, readPublicKey } from "../../keys";
import type { Backend, KeyPairRecord } from "../backend";
import type { JournalEntry } from "../journal";
import type { CheckedKeyPairArgs } from "../model";
import type { LifecycleContext } from "./context";
import { fingerprintOf, isMadeSince } from "./state";
import { deleteIfUnused } from "./waiting";

/**
 * Deals with what a killed run of this very resource left in the cloud, and answers the arguments to go on with. A pair whose
 * private key reached nobody is deleted; an imported one is taken over; one that may be in a state is only spoken of.
 */
export async function recoverInterrupted(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: LifecycleContext,
): Promise<CheckedKeyPairArgs> {
  let ready = args;
  for (const entry of context.journal.interrupted(context.urn)) {
    if (entry.location !== backend.location) continue;
    const left = await backend.findKeyPair(entry.name, "exact", context.operation);
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
  { phase, isNew }: JournalEntry,
  backend: Backend,
  { operation, warn }: LifecycleContext,
): Promise<boolean> {
  const isUseless = phase === "calling" && isNew;
  if (!isUseless || !(await deleteIfUnused(backend, left.name, operation))) return false;
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
