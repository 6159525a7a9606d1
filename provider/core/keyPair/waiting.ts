import { setTimeout as sleep } from "node:timers/promises";
import type { Backend, KeyPairRecord, Operation } from "../backend";
import { type ErrorCode, isKeyPairError, KeyPairError } from "../errors";

/** How long a read may lag behind a write: several times what was seen of the clouds. */
const SETTLE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** While a pair is younger than this, a read that does not find it may just be late. */
const YOUNG_MS = 3 * 60_000;

/** Looks for a pair that a write may just have made, as long as reads may lag behind writes. */
export async function findSettled(
  backend: Backend,
  name: string,
  operation: Operation,
): Promise<KeyPairRecord | undefined> {
  const until = Math.min(Date.now() + SETTLE_MS, operation.deadline);
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const record = await backend.findKeyPair(name, "exact", operation);
    if (record || Date.now() >= until) return record;
    operation.progress(`looking whether key pair "${name}" was made`);
    await pauseFor(Math.min(pause, until - Date.now()), operation);
  }
}

/**
 * Looks for a pair that the state knows; `undefined` only when it surely is not there any more. A listing answers for all
 * resources at once; that one is missing from it is asked again, by name.
 */
export async function findCertainly(
  backend: Backend,
  name: string,
  createdAt: string | undefined,
  operation: Operation,
): Promise<KeyPairRecord | undefined> {
  const listed = await backend.findKeyPair(name, "sweep", operation);
  if (listed) return listed;
  return findMade(backend, name, Date.parse(createdAt ?? "1970-01-01"), operation);
}

/** Looks for a pair that was made at this time (ms since the epoch), if at all: while that is young, reads may be late. */
export function findMade(
  backend: Backend,
  name: string,
  madeAt: number,
  operation: Operation,
): Promise<KeyPairRecord | undefined> {
  return Date.now() - madeAt < YOUNG_MS
    ? findSettled(backend, name, operation)
    : backend.findKeyPair(name, "exact", operation);
}

/** Deletes, and waits for instances to let go of the pair, until the deadline. */
export async function deleteWhenFree(backend: Backend, name: string, operation: Operation): Promise<void> {
  await deleteDespite(["InUse", "OutcomeUnknown"], backend, name, operation);
}

/** Deletes, unless an instance uses the pair: then somebody holds its private key, and the answer is `false`. */
export async function deleteIfUnused(backend: Backend, name: string, operation: Operation): Promise<boolean> {
  try {
    await deleteDespite(["OutcomeUnknown"], backend, name, operation);
    return true;
  } catch (error) {
    if (!isKeyPairError(error, "InUse")) throw error;
    return false;
  }
}

/** A deletion may be sent again: that the pair is gone already is fine. */
async function deleteDespite(
  passing: ErrorCode[],
  backend: Backend,
  name: string,
  operation: Operation,
): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await backend.deleteKeyPair(name, operation);
    } catch (error) {
      if (!isKeyPairError(error, ...passing)) throw error;
      if (Date.now() + pause >= operation.deadline) throw error;
      operation.progress(
        error.code === "InUse"
          ? `waiting: ${error.details.message}`
          : "the reply to the deletion was lost; asking again",
      );
    }
    await pauseFor(pause, operation);
  }
}

async function pauseFor(ms: number, { signal }: Operation): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new KeyPairError({ code: "Cancelled", message: "interrupted while waiting", cause });
  }
}
