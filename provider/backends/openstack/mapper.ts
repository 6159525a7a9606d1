import type { CreatedKeyPairRecord, KeyPairRecord } from "../../core/backend";
import { defined } from "../../core/defined";
import { isRecord } from "./errors";

/**
 * A key pair in a reply of Nova, as a record. Which members it has depends on the call: a listing has no `user_id` and no
 * `created_at`, and only the look-up of a single pair has all.
 *
 * Source: https://docs.openstack.org/api-ref/compute/#keypairs-keypairs
 */
export function toRecord(keyPair: unknown, owner: string | undefined): KeyPairRecord | undefined {
  if (!isRecord(keyPair)) return undefined;
  const { name, fingerprint, public_key: publicKey, created_at: createdAt, user_id: userId } = keyPair;
  if (typeof name !== "string" || typeof fingerprint !== "string") return undefined;
  return defined({
    name,
    fingerprint,
    publicKey: typeof publicKey === "string" ? publicKey.trim() : undefined,
    createdAt: typeof createdAt === "string" ? toUtc(createdAt) : undefined,
    ownerId: typeof userId === "string" ? userId : owner,
  });
}

/** The record of a pair that the cloud made, with the private key, which only this reply holds. */
export function toCreatedRecord(
  keyPair: unknown,
  owner: string | undefined,
): CreatedKeyPairRecord | undefined {
  const record = toRecord(keyPair, owner);
  const privateKey = isRecord(keyPair) ? keyPair["private_key"] : undefined;
  if (record === undefined || typeof privateKey !== "string" || privateKey === "") return undefined;
  return { ...record, privateKey };
}

/** Nova gives UTC times without their zone. */
function toUtc(time: string): string {
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`;
}
