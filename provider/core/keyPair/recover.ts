import { fingerprintSha256, readPublicKey } from "../../keys";
import type { Backend, KeyPairRecord } from "../backend";
import { type JournalEntry, keyOfEntry } from "../journal";
import type { CheckedKeyPairArgs } from "../model";
import type { LifecycleContext } from "../resource/contract";
import { fingerprintOf, isMadeBefore, isMadeSince } from "./state";
import { deleteIfUnused, findMade } from "./waiting";

/**
 * Deals with what a killed run of this very resource left in the cloud, and answers the arguments to go on with. An imported
 * pair is taken over, and stays in the journal until it is. A created one is deleted: what no state holds has a private key that
 * reached nobody, even if the engine had been told of it. What may be another's, or is in use, is only spoken of.
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
    const isLeft = left !== undefined && isTheEntrys(left, entry);
    if (isLeft && isTakenOver(entry, args)) {
      ready = { ...ready, onExisting: "adopt" };
      continue;
    }
    if (isLeft && !(await removeLeftover(left, entry, backend, context)))
      warnOfLeftover(left, backend, context);
    context.journal.confirm(context.urn, entry.name);
  }
  return ready;
}

/** Where the key is not known, the time tells the pair from one that somebody made under the same name later. */
function isTheEntrys(left: KeyPairRecord, entry: JournalEntry): boolean {
  const { createdAt } = left;
  if (!isMadeSince(createdAt, entry.startedAt)) return false;
  const key = keyOfEntry(entry);
  if (key !== undefined) return fingerprintOf(left) === key;
  return entry.isNew && (createdAt === undefined || isMadeBefore(createdAt, entry.endsBy));
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
  entry: JournalEntry,
  backend: Backend,
  { operation, warn }: LifecycleContext,
): Promise<boolean> {
  const isSure = keyOfEntry(entry) !== undefined || left.createdAt !== undefined;
  if (!entry.isNew || !isSure || !(await deleteIfUnused(backend, left.name, operation))) return false;
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
