import type { SQLOutputValue } from "node:sqlite";
import type { KeyPairRecord } from "../../core/backend";
import { defined } from "../../core/defined";
import type { Tags } from "../../core/model";
import { isSystemTag } from "../ecsRules";
import type { StoredKeyPair } from "./storeModel";

/** A row of the store's file. */
export type Row = Record<string, SQLOutputValue>;

/** What the store has of a pair. */
export function toKeyPair(row: Row): StoredKeyPair {
  return defined({
    name: text(row, "name"),
    id: optionalText(row, "id"),
    publicKey: text(row, "public_key"),
    fingerprint: text(row, "fingerprint"),
    createdAt: text(row, "created_at"),
    tags: tagsOf(row),
    resourceGroupId: optionalText(row, "resource_group_id"),
  });
}

/** The same without the tags that the cloud keeps for itself. */
export function toRecord(pair: StoredKeyPair): KeyPairRecord {
  const tags = Object.entries(pair.tags).filter(([key]) => !isSystemTag(key));
  return { ...pair, tags: Object.fromEntries(tags) };
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} of the local store holds no text`);
  return value;
}

export function integer(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} of the local store holds no number`);
  return value;
}

function tagsOf(row: Row): Tags {
  return JSON.parse(text(row, "tags"));
}

function optionalText(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" ? value : undefined;
}
