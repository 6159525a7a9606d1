import { resolve } from "node:path";
import type {
  AttachmentClient,
  Backend,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Credentials,
  ImportKeyPairRequest,
  InstanceFailure,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  ResolvedConnection,
  TagChange,
} from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { retry } from "../../transport/retry";
import { isSystemTag } from "../ecsRules";
import { MOST_IN_A_CALL } from "./checks";
import { createKeyPair } from "./create";
import { DEFAULT_PATH, DEFAULT_REGION } from "./rules";
import { KeyPairStore, type StoredKeyPair } from "./store";

/** How long one try waits for another process, in milliseconds; between tries the event loop and the user get their turn. */
const BUSY_TIMEOUT_MS = 250;

/** Opens the store of `connection.path`, relative to the working directory. The credentials play no part. */
export async function open(connection: ResolvedConnection, _credentials: Credentials): Promise<Backend> {
  const store = new KeyPairStore(resolve(connection.path ?? DEFAULT_PATH), {
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
  return new LocalBackend(store, connection.region ?? DEFAULT_REGION);
}

/** The local store as a backend. It has no caches, so that both freshnesses of a lookup are exact. */
export class LocalBackend implements Backend {
  readonly name = "local";
  readonly location: string;
  readonly attachments: AttachmentClient;
  readonly #store: KeyPairStore;

  constructor(
    store: KeyPairStore,
    readonly region: string,
  ) {
    this.#store = store;
    this.location = `local ${region} (${store.path})`;
    this.attachments = {
      attach: (name, instanceIds, operation) => this.#changeInstances("attach", name, instanceIds, operation),
      detach: (name, instanceIds, operation) => this.#changeInstances("detach", name, instanceIds, operation),
      attachedInstances: (name, operation) =>
        whenFree(operation, () => this.#store.attachedInstances(region, name)),
    };
  }

  get endpoint(): string {
    return this.#store.path;
  }

  get credentialsFrom(): string {
    return "none: the store is a file of this user";
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
    _freshness: "sweep" | "exact",
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

  /** Removes first, so that a key that only changes its case, and 20 new tags in the place of 20, are possible. */
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

  /** All of the groups or none, so that nothing is changed that the caller does not learn of. */
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

/** The one mapper from the store to a record. */
function toRecord(pair: StoredKeyPair): KeyPairRecord {
  return {
    ...pair,
    tags: Object.fromEntries(Object.entries(pair.tags).filter(([key]) => !isSystemTag(key))),
  };
}

/** Tries until no other process keeps the store busy. Everything the store does it does whole, so each try is safe. */
function whenFree<T>(operation: Operation, call: () => T): Promise<T> {
  const waiting: Operation = {
    signal: operation.signal,
    deadline: operation.deadline,
    progress: () => operation.progress("waiting for another process that writes to the local store"),
  };
  return retry(waiting, async () => call(), { idempotent: true, baseMs: 50, capMs: 500 });
}

function groups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
