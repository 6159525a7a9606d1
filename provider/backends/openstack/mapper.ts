import type { CreatedKeyPairRecord, KeyPairRecord } from "../../core/backend";
import { isRecord } from "./errors";

/**
 * The one way from what Nova says to a record. Which members are there depends on the call: a listing has no `user_id` and no
 * `created_at`, only a single pair has all.
 *
 * Source: https://docs.openstack.org/api-ref/compute/#keypairs-keypairs
 */
export function toRecord(keyPair: unknown, owner: string | undefined): KeyPairRecord | undefined {
  if (!isRecord(keyPair)) return undefined;
  const { name, fingerprint, public_key: publicKey, created_at: createdAt, user_id: userId } = keyPair;
  if (typeof name !== "string" || typeof fingerprint !== "string") return undefined;
  const ownerId = typeof userId === "string" ? userId : owner;
  return {
    name,
    fingerprint,
    ...(typeof publicKey === "string" ? { publicKey: publicKey.trim() } : {}),
    ...(typeof createdAt === "string" ? { createdAt: toUtc(createdAt) } : {}),
    ...(ownerId === undefined ? {} : { ownerId }),
  };
}

/** The record of a pair that the cloud made, with the private key that it says once. */
export function toCreatedRecord(
  keyPair: unknown,
  owner: string | undefined,
): CreatedKeyPairRecord | undefined {
  const record = toRecord(keyPair, owner);
  const privateKey = isRecord(keyPair) ? keyPair["private_key"] : undefined;
  if (record === undefined || typeof privateKey !== "string" || privateKey === "") return undefined;
  return { ...record, privateKey };
}

/** Nova leaves the zone out, and means UTC. */
function toUtc(time: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`;
}
