import type { Backend, CreateKeyPairRequest, KeyPairRecord } from "../backend";
import { defined } from "../defined";
import type { OnExisting } from "../model";
import type { OperationContext } from "../resource/contract";
import { sameKeyLine } from "./compare";
import { isMadeSince, isSameAs, type MadeKeyPair } from "./state";

/** A known public key is imported; without one the cloud makes the key. */
export type KeyOrigin = ImportedKey | { from: "cloud" };

export interface ImportedKey {
  from: "import";
  publicKey: string;
  privateKey?: string;
  /** The key was made for this call, so nobody else can have it. */
  isNew?: true;
}

/** The making of one pair, from the first call until the result is certain. */
export interface Making {
  readonly request: CreateKeyPairRequest;
  /** The name was made for this call, so nobody else can have it. */
  readonly isNewName: boolean;
  readonly onExisting: OnExisting;
  readonly backend: Backend;
  readonly context: OperationContext;
  origin: KeyOrigin;
  /**
   * The pair that had the name just before the call. `undefined`: there was none, or only `deleted` was seen, or
   * no look was needed because the name or the key was made for this call. A different pair belongs to this call if it was made after
   * `startedAt`, or has such a name or key.
   */
  readonly before: KeyPairRecord | undefined;
  /** The pair of this name that this run deleted just before. A late read may still show it. */
  readonly deleted: KeyPairRecord | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** A reply was lost, and no later observation tells what the request did. */
  isUncertain: boolean;
}

export function madeOf(record: KeyPairRecord, { publicKey, privateKey }: ImportedKey): MadeKeyPair {
  return defined({ record, publicKey, privateKey });
}

/**
 * Whether a record tells how things stand after the request. A late read may still show the pair that this run deleted; after a lost
 * reply, also another one that had the name before, while the request has made a new one.
 */
export function isNewsTo({
  isUncertain,
  origin,
  before,
  deleted,
}: Making): (record: KeyPairRecord) => boolean {
  const canBeMade = (record: KeyPairRecord) =>
    !isSame(before, record) && (origin.from === "cloud" || holds(record, origin.publicKey));
  return (record) => !isSame(deleted, record) && (!isUncertain || canBeMade(record));
}

/** Whether the second record can be a later look at the first one, if there is a first one. */
export function isSame(first: KeyPairRecord | undefined, second: KeyPairRecord): boolean {
  return first !== undefined && isSameAs(first)(second);
}

export function holds(record: KeyPairRecord, publicKey: string): boolean {
  return record.publicKey !== undefined && sameKeyLine(record.publicKey, publicKey);
}

/** Whether the pair that had the name before the call could be taken for the one that the call made. */
export function passesForOurs({ before, origin, startedAt }: Making): boolean {
  if (before === undefined) return false;
  return (
    (origin.from === "cloud" || holds(before, origin.publicKey)) && isMadeSince(before.createdAt, startedAt)
  );
}

/** Whether the name or the key was made for this call, so that nobody else can have a pair like it. */
export function isUnique({ isNewName, origin }: Pick<Making, "isNewName" | "origin">): boolean {
  return isNewName || (origin.from === "import" && origin.isNew === true);
}

/** Whether the key was there before: only then another pair can have it. */
export function isGiven(origin: KeyOrigin): origin is ImportedKey {
  return origin.from === "import" && !origin.isNew;
}
