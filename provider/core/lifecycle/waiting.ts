import { setTimeout as sleep } from "node:timers/promises";
import type { Backend, KeyPairRecord, Operation } from "../backend";
import { KeyPairError } from "../errors";

/** How long a read may lag behind a write: several times what was seen of the clouds. */
const SETTLE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

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

/** Deletes, and waits for instances to let go of the pair, until the deadline. */
export async function deleteWhenFree(backend: Backend, name: string, operation: Operation): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await backend.deleteKeyPair(name, operation);
    } catch (error) {
      if (!(error instanceof KeyPairError) || !["InUse", "OutcomeUnknown"].includes(error.code)) throw error;
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
