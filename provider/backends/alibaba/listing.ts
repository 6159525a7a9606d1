import type { KeyPairFilter, KeyPairRecord, Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { MOST, tagList } from "./api";
import type { EcsCaller } from "./client";
import { describedKeyPair } from "./mapper";

/** How often a listing is made in all when pairs come or go while its pages are fetched. */
const MOST_LISTINGS = 3;

/**
 * All pairs, with their public keys, by name. The first page says how many there are, and the others are fetched side by side.
 * When a pair is deleted meanwhile, later pairs move to earlier pages and may be missed; then all pages are fetched again.
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

/** The pair of exactly this name, in the resource group or in any, as the cloud says now. */
export async function describeKeyPair(
  client: EcsCaller,
  name: string,
  resourceGroupId: string | undefined,
  operation: Operation,
): Promise<KeyPairRecord | undefined> {
  // `*` stands for any text in ECS, and no name can contain it.
  if (name.includes("*")) return undefined;
  const request = { KeyPairName: name, PageNumber: 1, PageSize: MOST.page, IncludePublicKey: true };
  const reply = await client.call(
    "DescribeKeyPairs",
    defined({ ...request, ResourceGroupId: resourceGroupId }),
    operation,
    name,
  );
  reply.requiredNumber("TotalCount");
  return reply
    .requiredList("KeyPairs", "KeyPair")
    .map(describedKeyPair)
    .find((record) => record.name === name);
}

function narrowed({ tags = {}, fingerprint, resourceGroupId }: KeyPairFilter) {
  const Tag = Object.keys(tags).length === 0 ? undefined : tagList(tags);
  return defined({ Tag, KeyPairFingerPrint: fingerprint, ResourceGroupId: resourceGroupId });
}
