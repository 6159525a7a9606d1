import type { Backend, KeyPairRecord, Operation } from "../backend";
import { type ErrorCode, isKeyPairError } from "../errors";
import { pause } from "../pause";

/** How long a read may lag behind a write: several times the longest lag that was seen in the clouds. */
const SETTLE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** If a pair is younger than this and a read does not find it, the read may just be late. */
const YOUNG_MS = 3 * 60_000;

/** Which pair is looked for. */
export interface Sought {
  name: string;
  /** When it was made (ISO 8601), as far as it is known. */
  createdAt?: string | undefined;
  /** The resource group in which it was last seen. */
  resourceGroupId?: string | undefined;
}

/**
 * Looks for a pair that a write may just have made, for as long as reads may lag behind writes. Then returns
 * what is there.
 * @param isNews  Whether a record tells how things are after the write. If not, a late read may still show an older pair.
 */
export async function findSettled(
  backend: Backend,
  { name, resourceGroupId }: Sought,
  operation: Operation,
  isNews: (record: KeyPairRecord) => boolean,
): Promise<KeyPairRecord | undefined> {
  const until = Math.min(Date.now() + SETTLE_MS, operation.deadline);
  for (let wait = FIRST_PAUSE_MS; ; wait *= 2) {
    const record = await backend.findKeyPair(name, "exact", operation, resourceGroupId);
    if ((record && isNews(record)) || Date.now() >= until) return record;
    operation.progress(`waiting whether key pair "${name}" appears`);
    await pause(Math.min(wait, until - Date.now()), operation.signal);
  }
}

/**
 * Looks for a pair that the state knows. Returns `undefined` only if it is surely gone. One listing serves
 * all resources; a pair that the listing lacks, or shows as somebody else's, is looked up by name.
 */
export async function findCertainly(
  backend: Backend,
  sought: Sought,
  operation: Operation,
  isOwn: (record: KeyPairRecord) => boolean = () => true,
): Promise<KeyPairRecord | undefined> {
  const listed = await backend.findKeyPair(sought.name, "sweep", operation, sought.resourceGroupId);
  return listed && isOwn(listed) ? listed : findNow(backend, sought, operation, isOwn);
}

/**
 * Asks the cloud now. While the pair is so young that reads may be late, asks again if the pair is not found,
 * or if the pair that had the name before it is found.
 */
export function findNow(
  backend: Backend,
  sought: Sought,
  operation: Operation,
  isOwn: (record: KeyPairRecord) => boolean = () => true,
): Promise<KeyPairRecord | undefined> {
  return isYoung(sought)
    ? findSettled(backend, sought, operation, isOwn)
    : backend.findKeyPair(sought.name, "exact", operation, sought.resourceGroupId);
}

/** Whether reads may still show a pair that was deleted then (ms since the epoch). */
export function mayBeShown(deletedAt: number): boolean {
  return Date.now() - deletedAt < SETTLE_MS;
}

/** Whether a read that does not find the pair may just be late, so that it takes seconds to be certain. */
export function isYoung({ createdAt }: Pick<Sought, "createdAt">): boolean {
  const madeAt = createdAt === undefined ? 0 : Date.parse(createdAt);
  return Date.now() - madeAt < YOUNG_MS;
}

/**
 * The result of a deletion. `deleted`: it was carried out. `left`: the pair found right before the deletion, because
 * it is not the one meant. `neededBecause`: it is, and has to stay. None of these: no pair was found.
 */
export type Deletion = { deleted?: true; left?: KeyPairRecord; neededBecause?: string };

/** What a deletion heeds of the other resources of the run. */
export interface Consideration {
  /** Runs one try while no other resource makes a pair of that name, or takes it over. */
  inTurn<T>(attempt: () => Promise<T>): Promise<T>;
  /** Asked right before each try is sent. `undefined`: nobody needs the pair. */
  neededBecause(): Promise<string | undefined>;
  /** Told after each try that was sent, still in its turn. The pair may be gone, also if the try failed. */
  sent(record: KeyPairRecord): void;
}

/** For a caller that has its turn, and has asked already. */
const NONE: Consideration = {
  inTurn: (attempt) => attempt(),
  neededBecause: async () => undefined,
  sent: () => {},
};

/**
 * Deletes the pair if it is the one that is meant. Waits, until the deadline, for instances to release it.
 * Right before each try, and so after each wait, reads the pair again, because somebody may have replaced it.
 * @param isMeant  Whether the pair that was found may be deleted.
 */
export function deleteWhenFree(
  backend: Backend,
  sought: Sought,
  isMeant: (record: KeyPairRecord) => boolean,
  operation: Operation,
  others?: Consideration,
): Promise<Deletion> {
  return deleteDespite(["InUse", "OutcomeUnknown"], backend, sought, isMeant, operation, others);
}

/**
 * The same, but returns `"in use"` at once if an instance uses the pair: then somebody holds its private key.
 */
export async function deleteIfUnused(
  backend: Backend,
  sought: Sought,
  isMeant: (record: KeyPairRecord) => boolean,
  operation: Operation,
  others?: Consideration,
): Promise<Deletion | "in use"> {
  try {
    return await deleteDespite(["OutcomeUnknown"], backend, sought, isMeant, operation, others);
  } catch (error) {
    if (!isKeyPairError(error, "InUse")) throw error;
    return "in use";
  }
}

/** A deletion may be sent again, because deleting a pair that is already gone is no failure. */
async function deleteDespite(
  passing: ErrorCode[],
  backend: Backend,
  sought: Sought,
  isMeant: (record: KeyPairRecord) => boolean,
  operation: Operation,
  others = NONE,
): Promise<Deletion> {
  const attempt = async (): Promise<Deletion> => {
    const record = await findNow(backend, sought, operation, isMeant);
    if (!record) return {};
    if (!isMeant(record)) return { left: record };
    const neededBecause = await others.neededBecause();
    if (neededBecause !== undefined) return { neededBecause };
    await backend.deleteKeyPair(sought.name, operation).finally(() => others.sent(record));
    return { deleted: true };
  };
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      return await others.inTurn(attempt);
    } catch (error) {
      if (!isKeyPairError(error, ...passing)) throw error;
      if (Date.now() + wait >= operation.deadline) throw error;
      operation.progress(
        error.code === "InUse"
          ? `waiting: ${error.details.message}`
          : "the reply to the deletion was lost; asking again",
      );
    }
    await pause(wait, operation.signal);
  }
}
