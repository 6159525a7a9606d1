import type { Operation } from "../../core/backend";
import { isKeyPairError, type KeyPairError } from "../../core/errors";
import { isSamePair, type Orphan } from "./assess";

/** What became of a pair. `unclear`: it is not known whether the pair still exists. */
export type Deletion =
  | { outcome: "deleted" }
  | { outcome: "left"; because: string }
  | { outcome: "unclear"; error: KeyPairError };

/** Deletes a pair that may be deleted, if it is still the pair that was found. */
export async function deleteOrphan(orphan: Orphan, operation: Operation): Promise<Deletion> {
  const { backend, record, resource, keptBecause } = orphan;
  if (keptBecause !== undefined) return { outcome: "left", because: keptBecause };
  const { name } = record;
  const group = resource.inputs["resourceGroupId"];
  try {
    const users = (await backend.attachments?.attachedInstances(name, operation)) ?? [];
    if (users.length > 0)
      return { outcome: "left", because: `instances use it by now (${users.join(", ")})` };
    const now = await backend.findKeyPair(
      name,
      "exact",
      operation,
      typeof group === "string" ? group : undefined,
    );
    if (!now) return { outcome: "deleted" };
    if (!isSamePair(record, now)) return { outcome: "left", because: "somebody has just replaced it" };
    await backend.deleteKeyPair(name, operation);
    return { outcome: "deleted" };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    if (error.code === "InUse") return { outcome: "left", because: error.details.message };
    return { outcome: "unclear", error };
  }
}
