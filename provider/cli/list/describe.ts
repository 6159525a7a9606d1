import type { Backend, Operation } from "../../core/backend";
import { isKeyPairError, type KeyPairError } from "../../core/errors";
import { fingerprintSha256, weaknessOf } from "../../keys";
import { newOperation } from "../operation";
import { sameKeys } from "../pairs/duplicates";
import type { FoundPair, FoundPairs } from "../pairs/find";

/** What the list tells of a key pair. */
export interface ListedPair {
  name: string;
  backend: string;
  region: string | undefined;
  /** As the OpenSSH line names it. */
  type: string | undefined;
  bits: number | undefined;
  /** As the cloud gives it. */
  fingerprint: string;
  fingerprintSha256: string | undefined;
  createdAt: string | undefined;
  /** Whole days. */
  ageDays: number | undefined;
  /** `undefined` if the cloud does not tell. */
  instanceIds: string[] | undefined;
  tags: Record<string, string> | undefined;
  resourceGroupId: string | undefined;
  /** Why the key should not be used any more. */
  weakness: string | undefined;
  /** Why the key is not known. */
  keyProblem: string | undefined;
  /** The pairs of other names that hold the same key. */
  sameKeyAs: { name: string; region: string | undefined }[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * Asks the clouds for what a listing of theirs does not tell: the instances and, on OpenStack, the age. Where that fails, the pairs are
 * told without it.
 */
export async function describePairs(
  pairs: readonly FoundPair[],
  { now, timeoutSeconds }: { now: number; timeoutSeconds: number },
): Promise<{ listed: ListedPair[]; unclear: FoundPairs["unclear"] }> {
  const failed = new Map<Backend, KeyPairError>();
  const ask = async <T>(backend: Backend, question: (operation: Operation) => Promise<T> | undefined) => {
    try {
      return await question(newOperation(timeoutSeconds));
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      // Credentials that may see key pairs need not see instances.
      if (error.code !== "PermissionDenied") failed.set(backend, error);
      return undefined;
    }
  };
  const same = sameKeys(pairs);
  const instances = new Map(
    [...Map.groupBy(pairs, ({ backend }) => backend)].map(([backend, there]) => {
      const names = there.map(({ record }) => record.name);
      return [
        backend,
        ask(backend, (operation) => backend.attachments?.attachedInstancesOf(names, operation)),
      ];
    }),
  );
  // Nova tells it for one pair, but not in a listing.
  const createdAtOf = async ({ record: { name, createdAt }, backend }: FoundPair) =>
    createdAt ??
    (await ask(backend, (operation) => backend.findKeyPair(name, "exact", operation)))?.createdAt;
  const listed = await Promise.all(
    pairs.map(async (pair) => {
      const [createdAt, byName] = await Promise.all([createdAtOf(pair), instances.get(pair.backend)]);
      const { record, backend, key, keyProblem } = pair;
      const others = same.get(pair) ?? [];
      return {
        name: record.name,
        backend: backend.name,
        region: backend.region,
        type: key?.algorithm,
        bits: key?.bits,
        fingerprint: record.fingerprint,
        fingerprintSha256: key && fingerprintSha256(key),
        createdAt,
        ageDays: createdAt === undefined ? undefined : daysSince(createdAt, now),
        instanceIds: byName?.get(record.name),
        tags: record.tags,
        resourceGroupId: record.resourceGroupId,
        weakness: key && weaknessOf(key),
        keyProblem,
        sameKeyAs: others.map((other) => ({ name: other.record.name, region: other.backend.region })),
      };
    }),
  );
  return { listed, unclear: [...failed].map(([{ location }, error]) => ({ location, error })) };
}

function daysSince(time: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(time)) / DAY_MS));
}
