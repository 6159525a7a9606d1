import type { KeyPairFilter, KeyPairRecord, Operation } from "../../core/backend";
import { MOST, tagList } from "./api";
import type { EcsCaller } from "./client";
import { describedKeyPair } from "./mapper";

/** How often a listing starts again because pairs came or went while its pages were fetched. */
const MOST_LISTINGS = 3;

/**
 * All pairs, with their public keys. The first page tells how many there are, and the others are fetched side by side. A pair
 * that is deleted meanwhile moves the later ones to earlier pages, where they may be missed; then the pages are fetched again.
 */
export async function listKeyPairs(
  client: EcsCaller,
  filter: KeyPairFilter,
  operation: Operation,
): Promise<Map<string, KeyPairRecord>> {
  for (let attempt = 1; ; attempt++) {
    const first = await page(1);
    const others = Array.from({ length: Math.ceil(first.total / MOST.page) - 1 }, (_, index) =>
      page(index + 2),
    );
    const pages = [first, ...(await Promise.all(others))];
    const records = new Map(pages.flatMap(({ keyPairs }) => keyPairs).map((record) => [record.name, record]));
    const isWhole = pages.every(({ total }) => total === first.total) && records.size === first.total;
    if (isWhole || attempt === MOST_LISTINGS) return records;
  }

  async function page(number: number): Promise<{ total: number; keyPairs: KeyPairRecord[] }> {
    const reply = await client.call(
      "DescribeKeyPairs",
      { PageNumber: number, PageSize: MOST.page, IncludePublicKey: true, ...narrowed(filter) },
      operation,
    );
    return {
      total: reply.requiredNumber("TotalCount"),
      keyPairs: reply.requiredList("KeyPairs", "KeyPair").map(describedKeyPair),
    };
  }
}

/** The pair of exactly this name, as the cloud says now. */
export async function describeKeyPair(
  client: EcsCaller,
  name: string,
  operation: Operation,
): Promise<KeyPairRecord | undefined> {
  // ECS would take it for a pattern; no name holds it.
  if (name.includes("*")) return undefined;
  const reply = await client.call(
    "DescribeKeyPairs",
    { KeyPairName: name, PageNumber: 1, PageSize: MOST.page, IncludePublicKey: true },
    operation,
    name,
  );
  reply.requiredNumber("TotalCount");
  return reply
    .requiredList("KeyPairs", "KeyPair")
    .map(describedKeyPair)
    .find((record) => record.name === name);
}

function narrowed({ tags, fingerprint, resourceGroupId }: KeyPairFilter) {
  return {
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { Tag: tagList(tags) }),
    ...(fingerprint !== undefined && { KeyPairFingerPrint: fingerprint }),
    ...(resourceGroupId !== undefined && { ResourceGroupId: resourceGroupId }),
  };
}
