import type { AttachmentClient, Operation } from "../../core/backend";
import { isKeyPairError, type KeyPairError } from "../../core/errors";
import { Batch } from "../../transport/batch";
import { MOST } from "./api";
import type { EcsCaller } from "./client";

/** How long a deletion waits for others to join it, in ms. The engine starts many at once, and nobody notices the wait. */
const WINDOW_MS = 10;

type Result = { value: undefined } | { error: KeyPairError };

/**
 * Deletions that come within a short window go out as one DeleteKeyPairs. ECS refuses the whole call because of one pair, and
 * does not say which one: then each name is sent in a call of its own, so n names take at most n + 1 calls.
 */
export class Deletions {
  readonly #batch: Batch<string, undefined>;

  constructor(
    private readonly client: EcsCaller,
    private readonly attachments: AttachmentClient,
  ) {
    const options = { maxSize: MOST.deletions, windowMs: WINDOW_MS };
    this.#batch = new Batch((names, operation) => this.#deleteAll(names, operation), options);
  }

  delete(name: string, operation: Operation): Promise<void> {
    return this.#batch.add(name, operation);
  }

  async #deleteAll(names: string[], operation: Operation): Promise<Result[]> {
    const unique = [...new Set(names)];
    if (unique.length > 1) {
      try {
        await this.#call(unique, operation);
        return names.map(() => ({ value: undefined }));
      } catch (error) {
        if (!isKeyPairError(error)) throw error;
        if (!isAboutSome(error)) return names.map((name) => ({ error: error.with({ keyPairName: name }) }));
      }
    }
    return Promise.all(names.map((name) => this.#deleteOne(name, operation)));
  }

  async #deleteOne(name: string, operation: Operation): Promise<Result> {
    try {
      await this.#call([name], operation, name);
      return { value: undefined };
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      // An earlier call, whose reply was lost, has deleted the pair.
      if (error.code === "NotFound") return { value: undefined };
      return { error: await this.#explained(error, name, operation) };
    }
  }

  async #call(names: string[], operation: Operation, keyPairName?: string): Promise<void> {
    const request = { KeyPairNames: JSON.stringify(names) };
    await this.client.call("DeleteKeyPairs", request, operation, keyPairName);
  }

  /** The error, with the instances that use the pair where the credentials may see them. */
  async #explained(error: KeyPairError, name: string, operation: Operation): Promise<KeyPairError> {
    if (error.code !== "InUse") return error;
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
