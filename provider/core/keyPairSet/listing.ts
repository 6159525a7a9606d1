import type {
  AttachmentClient,
  Backend,
  BackendCatalog,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Freshness,
  ImportKeyPairRequest,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  Owner,
  TagChange,
} from "../backend";
import { isKeyPairError } from "../errors";

/** With fewer names a look at each takes fewer calls than a listing of the region may. */
export const LISTING_PAYS_FROM = 5;

/** An older listing is made again: what it says decides what is made and deleted. */
const FRESH_MS = 2_000;
/** The same, for names that are looked for again and again. */
const SHARED_MS = 500;

export interface ListingOptions {
  /**
   * Whether a name that the listing lacks counts as free. Other writers may make a listing miss a pair while it is read. Before a pair is
   * made, the import or creation itself tells then; before a removal, a missing name is asked for.
   */
  isFreeIfUnlisted: boolean;
}

/**
 * The same clouds, for one operation on many key pairs. The first look at each name, which comes right before the pair is made or
 * deleted, is answered from a listing of the last two seconds that all of them share. All later looks ask the cloud. Where many names that
 * are to be removed were not there, they are looked for again in listings that all of them share.
 */
export function withFreshListings(catalog: BackendCatalog, options: ListingOptions): BackendCatalog {
  const listed = new Map<Backend, ListedBackend>();
  return {
    rules: (backend) => catalog.rules(backend),
    async open(connection, credentials) {
      const backend = await catalog.open(connection, credentials);
      const known = listed.get(backend) ?? new ListedBackend(backend, options);
      listed.set(backend, known);
      return known;
    },
    closeAll: () => catalog.closeAll(),
  };
}

class ListedBackend implements Backend {
  /** The names that the listing answers for no more. */
  readonly #asked = new Set<string>();
  /** The names that were asked for one by one, and were not there. */
  readonly #missed = new Set<string>();
  #listing: Promise<ReadonlyMap<string, KeyPairRecord> | undefined> | undefined;
  #listedAt = 0;
  readonly name: Backend["name"];
  readonly attachments?: AttachmentClient;
  readonly changeTags?: (name: string, change: TagChange, operation: Operation) => Promise<void>;
  readonly moveToResourceGroup?: (name: string, group: string, operation: Operation) => Promise<void>;

  constructor(
    private readonly backend: Backend,
    private readonly options: ListingOptions,
  ) {
    this.name = backend.name;
    if (backend.attachments) this.attachments = backend.attachments;
    if (backend.changeTags) {
      this.changeTags = (name, change, operation) =>
        this.#write(name, async () => backend.changeTags?.(name, change, operation));
    }
    if (backend.moveToResourceGroup) {
      this.moveToResourceGroup = (name, group, operation) =>
        this.#write(name, async () => backend.moveToResourceGroup?.(name, group, operation));
    }
  }

  get region(): string | undefined {
    return this.backend.region;
  }

  get location(): string {
    return this.backend.location;
  }

  get endpoint(): string {
    return this.backend.endpoint;
  }

  get credentialsFrom(): string {
    return this.backend.credentialsFrom;
  }

  get warning(): string | undefined {
    return this.backend.warning;
  }

  owner(operation: Operation): Promise<Owner | undefined> {
    return this.backend.owner(operation);
  }

  importKeyPair(request: ImportKeyPairRequest, operation: Operation): Promise<KeyPairRecord> {
    return this.#write(request.name, () => this.backend.importKeyPair(request, operation));
  }

  createKeyPair(request: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord> {
    return this.#write(request.name, () => this.backend.createKeyPair(request, operation));
  }

  async findKeyPair(
    name: string,
    freshness: Freshness,
    operation: Operation,
    resourceGroupId?: string,
  ): Promise<KeyPairRecord | undefined> {
    if (freshness === "exact" && !this.#asked.has(name)) {
      this.#asked.add(name);
      const records = await this.#records(operation, FRESH_MS);
      const record = records?.get(name);
      // Without the group, a RAM user who is limited to it sees nothing.
      const isFreeIfUnlisted = this.options.isFreeIfUnlisted && resourceGroupId === undefined;
      if (records && (record || isFreeIfUnlisted)) return record;
    } else if (freshness === "exact" && this.#missed.has(name) && this.#missed.size >= LISTING_PAYS_FROM) {
      const records = await this.#records(operation, SHARED_MS);
      if (records) return records.get(name);
    }
    const found = await this.backend.findKeyPair(name, freshness, operation, resourceGroupId);
    if (!found && !this.options.isFreeIfUnlisted && resourceGroupId === undefined) this.#missed.add(name);
    return found;
  }

  listKeyPairs(filter: KeyPairFilter, operation: Operation): Promise<KeyPairRecord[]> {
    return this.backend.listKeyPairs(filter, operation);
  }

  deleteKeyPair(name: string, operation: Operation): Promise<void> {
    return this.#write(name, () => this.backend.deleteKeyPair(name, operation));
  }

  close(): Promise<void> {
    return this.backend.close();
  }

  #write<T>(name: string, write: () => Promise<T>): Promise<T> {
    this.#asked.add(name);
    this.#missed.delete(name);
    return write();
  }

  /** `undefined`: the credentials may not list, and may see single pairs all the same. */
  #records(operation: Operation, longestMs: number): Promise<ReadonlyMap<string, KeyPairRecord> | undefined> {
    if (Date.now() - this.#listedAt > longestMs) this.#listing = undefined;
    if (this.#listing === undefined) this.#listedAt = Date.now();
    this.#listing ??= this.backend.listKeyPairs({}, operation).then(
      (records) => new Map(records.map((record) => [record.name, record])),
      (error: unknown) => {
        if (isKeyPairError(error, "PermissionDenied")) return undefined;
        throw error;
      },
    );
    return this.#listing;
  }
}
