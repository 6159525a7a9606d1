import type { Backend, KeyPairRecord } from "../backend";
import type { JournalEntry } from "../journal";
import type { CheckedKeyPairArgs } from "../model";
import type { LifecycleContext } from "./context";
import { fingerprintOf } from "./state";
import { deleteWhenFree } from "./waiting";

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
      if (entry.importedKey !== undefined && entry.name === args.keyPairName)
        ready = { ...ready, onExisting: "adopt" };
      else if (entry.phase === "calling") await removeLeftover(left, backend, context);
      else warnOfLeftover(left, backend, context);
    }
    context.journal.confirm(context.urn, entry.name);
  }
  return ready;
}

function isTheEntrys(left: KeyPairRecord, entry: JournalEntry): boolean {
  return entry.importedKey === undefined ? entry.absentBefore : fingerprintOf(left) === entry.importedKey;
}

async function removeLeftover(
  left: KeyPairRecord,
  backend: Backend,
  { operation, warn }: LifecycleContext,
): Promise<void> {
  await deleteWhenFree(backend, left.name, operation);
  warn(
    `key pair "${left.name}" (${backend.location}) was deleted: an earlier run was killed while it made it, and its private key reached nobody.`,
  );
}

function warnOfLeftover(left: KeyPairRecord, backend: Backend, { warn }: LifecycleContext): void {
  warn(
    `an earlier run made key pair "${left.name}" (${backend.location}) and was killed before the stack's state held it. ` +
      "If no other stack uses it, delete it by hand.",
  );
}
