import type { KeyPairFilter } from "../../core/backend";
import type { Tags } from "../../core/model";

/** A key pair as the store has it. */
export interface StoredKeyPair {
  name: string;
  /** `ssh-…`; only of a pair that was created, as in ECS. */
  id?: string;
  /** One OpenSSH line, as it was sent. */
  publicKey: string;
  /** MD5 in colon-separated hexadecimal. */
  fingerprint: string;
  /** UTC, to the minute, as ECS says it: `2023-09-04T08:33Z`. */
  createdAt: string;
  /** The user's tags, and those that the cloud keeps for itself (`acs:…`). */
  tags: Tags;
  resourceGroupId?: string;
}

export interface StoreOptions {
  /** How many key pairs a region takes. */
  quota?: number;
  /** How long a call waits for another process that writes, in milliseconds. It blocks the thread. */
  busyTimeoutMs?: number;
  now?: () => Date;
}

export interface NewKeyPair {
  name: string;
  /** One OpenSSH line. */
  publicKey: string;
  tags?: Tags;
  resourceGroupId?: string;
}

/** What narrows a listing: a pair has to match every member, and to have every tag. */
export interface ListQuery extends KeyPairFilter {
  /** A name in which `*` stands for any text; without `*` the exact name. */
  namePattern?: string;
  /** From 1. */
  page?: number;
  /** Without it all pairs are on one page. */
  pageSize?: number;
}

export interface KeyPairPage {
  keyPairs: StoredKeyPair[];
  /** How many there are on all pages. */
  total: number;
}

export interface InstanceResult {
  instanceId: string;
  /** Absent when it was done. */
  failure?: { cloudCode: string; message: string };
}
