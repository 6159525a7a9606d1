import type {
  AttachmentClient,
  Backend,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Freshness,
  ImportKeyPairRequest,
  InstanceFailure,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  TagChange,
} from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { groups } from "../../transport/groups";
import { retry } from "../../transport/retry";
import { MOST_IN_A_CALL } from "./checks";
import { createKeyPair } from "./create";
import { toRecord } from "./mapper";
import type { KeyPairStore } from "./store";

/** The local store as a backend. It has no caches, so a sweep is exact too, and it ignores a resource group to look in. */
export class LocalBackend implements Backend {
  readonly name = "local";
  readonly location: string;
  readonly endpoint: string;
  readonly credentialsFrom = "none: the store is a file of this user";
  readonly attachments: AttachmentClient;
  readonly #store: KeyPairStore;

  constructor(
    store: KeyPairStore,
    readonly region: string,
  ) {
    this.#store = store;
    this.location = `local backend, region ${region}, ${store.path}`;
    this.endpoint = store.path;
    this.attachments = {
      attach: (name, instanceIds, operation) => this.#changeInstances("attach", name, instanceIds, operation),
      detach: (name, instanceIds, operation) => this.#changeInstances("detach", name, instanceIds, operation),
      attachedInstances: (name, operation) =>
        whenFree(operation, () => this.#store.attachedInstances(region, name)),
      attachedInstancesOf: (names, operation) =>
        whenFree(
          operation,
          () => new Map(names.map((name) => [name, this.#store.attachedInstances(region, name)])),
        ),
      // Every instance is there, and runs.
      runningInstances: async (instanceIds) => instanceIds,
      restart: async () => {},
      untilRunning: async () => {},
    };
  }

  async owner(): Promise<undefined> {
    return undefined;
  }

  async importKeyPair(request: ImportKeyPairRequest, operation: Operation): Promise<KeyPairRecord> {
    return whenFree(operation, () => toRecord(this.#store.import(this.region, request)));
  }

  async createKeyPair(request: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord> {
    const { keyPair, privateKey } = await createKeyPair(this.#store, this.region, request, {
      attempt: (call) => whenFree(operation, call),
    });
    return { ...toRecord(keyPair), privateKey };
  }

  async findKeyPair(
    name: string,
    _freshness: Freshness,
    operation: Operation,
  ): Promise<KeyPairRecord | undefined> {
    const found = await whenFree(operation, () => this.#store.find(this.region, name));
    return found && toRecord(found);
  }

  async listKeyPairs(filter: KeyPairFilter, operation: Operation): Promise<KeyPairRecord[]> {
    return whenFree(operation, () => this.#store.list(this.region, filter).keyPairs.map(toRecord));
  }

  async deleteKeyPair(name: string, operation: Operation): Promise<void> {
    await whenFree(operation, () => this.#store.deleteMany(this.region, [name]));
  }

  /** Removes tags first. So a key can change only its case, and 20 tags can replace 20 others. */
  async changeTags(name: string, { set, remove }: TagChange, operation: Operation): Promise<void> {
    await whenFree(operation, () =>
      this.#store.atomically(() => {
        for (const keys of groups(remove, MOST_IN_A_CALL.tags)) this.#store.untag(this.region, [name], keys);
        for (const tags of groups(Object.entries(set), MOST_IN_A_CALL.tags)) {
          this.#store.tag(this.region, [name], Object.fromEntries(tags));
        }
      }),
    );
  }

  async moveToResourceGroup(name: string, resourceGroupId: string, operation: Operation): Promise<void> {
    try {
      await whenFree(operation, () => this.#store.joinResourceGroup(this.region, name, resourceGroupId));
    } catch (error) {
      const isThere = isKeyPairError(error) && error.details.cloudCode === "InvalidResourceGroup.Duplicate";
      if (!isThere) throw error;
    }
  }

  async close(): Promise<void> {
    this.#store.close();
  }

  /** Changes all of the instances or, when it rejects, none. */
  async #changeInstances(
    action: "attach" | "detach",
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    const results = await whenFree(operation, () =>
      this.#store.atomically(() =>
        groups(instanceIds, MOST_IN_A_CALL.instances).flatMap((group) =>
          this.#store[action](this.region, name, group),
        ),
      ),
    );
    return results.flatMap(({ instanceId, failure }) => (failure ? [{ instanceId, ...failure }] : []));
  }
}

/** Tries until no other process keeps the store busy. The store carries each call out whole or not at all, so each try is safe. */
function whenFree<T>(operation: Operation, call: () => T): Promise<T> {
  const waiting: Operation = {
    signal: operation.signal,
    deadline: operation.deadline,
    progress: () => operation.progress("waiting for another process that writes to the local store"),
  };
  return retry(waiting, async () => call(), { idempotent: true, baseMs: 50, capMs: 500 });
}
