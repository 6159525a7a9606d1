import type { AttachmentClient, Operation } from "../../core/backend";
import { isKeyPairError, type KeyPairError } from "../../core/errors";
import { Batch } from "../../transport/batch";
import { groups, MOST } from "./api";
import type { EcsCaller } from "./client";

/**
 * The engine deletes a few at a time, and after each answer it writes its state before it comes with the next one; with many
 * resources on a slow disk that takes a quarter of a second. So what had an answer together comes back one by one.
 */
const WAITS = { windowMs: 10 };

type Result = { value: undefined } | { error: KeyPairError };

/**
 * Deletions that come within a short time go out as one DeleteKeyPairs. When one pair makes ECS refuse the call, the names are
 * asked for in halves, down to the one that is to blame; the others are deleted.
 */
export class Deletions {
  readonly #batch: Batch<string, undefined>;
  /** Pairs that were attached when they were asked for last: each would have its whole batch refused again. */
  readonly #attached = new Set<string>();

  constructor(
    private readonly client: EcsCaller,
    private readonly attachments: AttachmentClient,
  ) {
    const options = { maxSize: MOST.deletions, ...WAITS };
    this.#batch = new Batch((names, operation) => this.#deleteAll(names, operation), options);
  }

  async delete(name: string, operation: Operation): Promise<void> {
    if (!this.#attached.has(name)) return this.#batch.add(name, operation);
    const [result] = await this.#deleteAll([name], operation);
    if (result && "error" in result) throw result.error;
  }

  async #deleteAll(names: string[], operation: Operation): Promise<Result[]> {
    const unique = [...new Set(names)];
    const results = await this.#deleteUnique(unique, operation);
    return names.map((name) => results.get(name) ?? { value: undefined });
  }

  async #deleteUnique(names: string[], operation: Operation): Promise<Map<string, Result>> {
    const [only] = names;
    const isOne = only !== undefined && names.length === 1;
    try {
      await this.client.call(
        "DeleteKeyPairs",
        { KeyPairNames: JSON.stringify(names) },
        operation,
        isOne ? only : undefined,
      );
      for (const name of names) this.#attached.delete(name);
      return new Map(names.map((name) => [name, { value: undefined }]));
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      if (isOne) return new Map([[only, { error: await this.#explained(error, only, operation) }]]);
      if (!isAboutSome(error))
        return new Map(names.map((name) => [name, { error: error.with({ keyPairName: name }) }]));
      const halves = groups(names, Math.ceil(names.length / 2));
      const results = await Promise.all(halves.map((half) => this.#deleteUnique(half, operation)));
      return new Map(results.flatMap((result) => [...result]));
    }
  }

  /** Names the instances, where the credentials may see them. */
  async #explained(error: KeyPairError, name: string, operation: Operation): Promise<KeyPairError> {
    if (error.code !== "InUse") return error;
    this.#attached.add(name);
    try {
      const instanceIds = await this.attachments.attachedInstances(name, operation);
      return instanceIds.length === 0
        ? error
        : error.with({ message: `it is still attached to ${instanceIds.join(", ")}` });
    } catch {
      return error;
    }
  }
}

/** The failure may be due to some of the names only. */
function isAboutSome(error: KeyPairError): boolean {
  return isKeyPairError(error, "InUse", "Refused", "NotFound", "PermissionDenied");
}
