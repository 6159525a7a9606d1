import { randomBytes } from "node:crypto";
import type { Tags } from "../../core/model";
import { fingerprintMd5 } from "../../keys";
import { isSystemTag, KEY_PAIR_QUOTA } from "../ecsRules";
import { checkCallSize, checkName, checkPublicKey, checkResourceGroup, checkTags } from "./checks";
import { refusal } from "./errors";
import { integer, type Row, text, toKeyPair } from "./mapper";
import { statements } from "./statements";
import { StoreFile } from "./storeFile";
import type {
  InstanceResult,
  KeyPairPage,
  ListQuery,
  NewKeyPair,
  StoredKeyPair,
  StoreOptions,
} from "./storeModel";

export type * from "./storeModel";

/**
 * The key pairs of one account, in one file, by region. It behaves like ECS: its rules, limits and error codes. Every call
 * is synchronous and carried out whole or not at all, and throws a `KeyPairError` with the `cloudCode` that ECS would give.
 * It never gets a private key.
 */
export class KeyPairStore {
  readonly path: string;
  readonly #file: StoreFile;
  readonly #sql: ReturnType<typeof statements>;
  readonly #quota: number;
  readonly #now: () => Date;

  /** Opens the file, and makes it where it is missing. Throws `Configuration` when it cannot be used. */
  constructor(path: string, options: StoreOptions = {}) {
    const { quota = KEY_PAIR_QUOTA, busyTimeoutMs = 5000, now = () => new Date() } = options;
    this.path = path;
    this.#file = new StoreFile(path, busyTimeoutMs);
    this.#sql = statements(this.#file);
    this.#quota = quota;
    this.#now = now;
  }

  /** Throws what `create` would throw, so that a caller can find out before it makes a key. */
  checkNew(region: string, pair: Omit<NewKeyPair, "publicKey">): void {
    const { name, tags = {}, resourceGroupId } = pair;
    checkName(name);
    checkTags(name, tags, "Duplicate.TagKey");
    if (resourceGroupId !== undefined) checkResourceGroup(name, resourceGroupId);
    this.#file.read(() => {
      if (this.#row(region, name)) {
        throw refusal("KeyPair.AlreadyExist", "a key pair of that name is there already", name);
      }
      if (integer(this.#sql.count.get({ region }), "total") >= this.#quota) {
        const message = `region ${region} has ${this.#quota} key pairs and takes no more`;
        throw refusal(
          "QuotaExceed.KeyPair",
          message,
          name,
          "Delete key pairs that nobody needs, or use another region.",
        );
      }
    });
  }

  /** Adds a pair whose private key the user has. */
  import(region: string, pair: NewKeyPair): StoredKeyPair {
    return this.#add(region, pair);
  }

  /** Adds a pair that the caller has made. `createKeyPair` makes one, adds it and hands out its private key. */
  create(region: string, pair: NewKeyPair): StoredKeyPair {
    return this.#add(region, pair, `ssh-${randomBytes(10).toString("hex")}`);
  }

  /** The pair of exactly this name. */
  find(region: string, name: string): StoredKeyPair | undefined {
    const row = this.#file.read(() => this.#row(region, name));
    return row && toKeyPair(row);
  }

  /** The pairs of the region, oldest first. */
  list(region: string, query: ListQuery = {}): KeyPairPage {
    const { namePattern, fingerprint, tags, resourceGroupId, page = 1, pageSize } = query;
    const matches = {
      region,
      pattern: namePattern?.replace(/[[?]/g, "[$&]") ?? null,
      fingerprint: fingerprint?.replace(/^MD5:|:/gi, "").toLowerCase() ?? null,
      tags: JSON.stringify(tags ?? {}),
      resourceGroupId: resourceGroupId ?? null,
    };
    const limit = pageSize ?? -1;
    const offset = pageSize === undefined ? 0 : (page - 1) * pageSize;
    return this.#file.read(() => ({
      keyPairs: this.#sql.list.all({ ...matches, limit, offset }).map(toKeyPair),
      total: integer(this.#sql.countMatches.get(matches), "total"),
    }));
  }

  /** Deletes all of the pairs or, when one of them is attached, none. Returns the names that existed. */
  deleteMany(region: string, names: readonly string[]): string[] {
    checkCallSize("deletedKeyPairs", names.length);
    return this.#file.write(() => names.filter((name) => this.#delete(region, name)));
  }

  /** Adds tags to each pair, or gives them another value. Only `system` sets tags that the cloud keeps for itself. */
  tag(region: string, names: readonly string[], tags: Tags, origin: "user" | "system" = "user"): void {
    checkCallSize("taggedKeyPairs", names.length);
    checkCallSize("tags", Object.keys(tags).length);
    this.#changeTags(region, names, (name, before) => {
      const after = { ...before, ...tags };
      const ofUser = Object.entries(after).filter(([key]) => !isSystemTag(key) || Object.hasOwn(tags, key));
      if (origin === "user") checkTags(name, Object.fromEntries(ofUser), "TagKey.Duplication");
      return after;
    });
  }

  /** Removes the tags of these keys, or all of the user's, from each pair. Keys that are not there are fine. */
  untag(region: string, names: readonly string[], keys: readonly string[] | "all"): void {
    checkCallSize("taggedKeyPairs", names.length);
    checkCallSize("tags", keys === "all" ? 0 : keys.length);
    this.#changeTags(region, names, (_name, before) =>
      Object.fromEntries(
        Object.entries(before).filter(([key]) => isSystemTag(key) || !(keys === "all" || keys.includes(key))),
      ),
    );
  }

  /** Moves the pair to another group; ECS refuses the group that it is in (`InvalidResourceGroup.Duplicate`). */
  joinResourceGroup(region: string, name: string, resourceGroupId: string): void {
    checkResourceGroup(name, resourceGroupId);
    this.#file.write(() => {
      const row = this.#existingRow(region, name, "InvalidResourceId.NotFound");
      if (row["resource_group_id"] === resourceGroupId) {
        throw refusal(
          "InvalidResourceGroup.Duplicate",
          `it is in resource group ${resourceGroupId} already`,
          name,
        );
      }
      this.#sql.setResourceGroup.run({ serial: integer(row, "serial"), resourceGroupId });
    });
  }

  /**
   * Attaches the pair. An instance that has another one gets this one instead
   * (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-attachkeypair). Instances are only ids
   * here: every one that looks like an id of ECS (`i-…`) is there.
   */
  attach(region: string, name: string, instanceIds: readonly string[]): InstanceResult[] {
    return this.#forInstances(region, name, instanceIds, "attach");
  }

  /** Detaches the pair. An instance that does not have it is fine, and keeps what it has. */
  detach(region: string, name: string, instanceIds: readonly string[]): InstanceResult[] {
    return this.#forInstances(region, name, instanceIds, "detach");
  }

  /** The instances that have the pair, by id. */
  attachedInstances(region: string, name: string): string[] {
    return this.#file.read(() => {
      const row = this.#row(region, name);
      return row === undefined ? [] : this.#instancesOf(row);
    });
  }

  /** Makes one change of several: all of them are carried out, or none. */
  atomically<T>(work: () => T): T {
    return this.#file.write(work);
  }

  close(): void {
    this.#file.close();
  }

  #add(region: string, pair: NewKeyPair, id?: string): StoredKeyPair {
    const { name, tags = {}, resourceGroupId } = pair;
    checkName(name);
    const { key, line } = checkPublicKey(name, pair.publicKey);
    return this.#file.write(() => {
      this.checkNew(region, pair);
      const row = {
        name,
        id: id ?? null,
        public_key: line,
        fingerprint: fingerprintMd5(key),
        created_at: this.#now()
          .toISOString()
          .replace(/:\d\d\.\d{3}Z$/, "Z"),
        tags: JSON.stringify(tags),
        resource_group_id: resourceGroupId ?? null,
      };
      this.#sql.insert.run({ region, ...row });
      return toKeyPair(row);
    });
  }

  #delete(region: string, name: string): boolean {
    const row = this.#row(region, name);
    if (row === undefined) return false;
    const instances = this.#instancesOf(row);
    if (instances.length > 0) {
      const message = `it is attached to ${instances.join(", ")}`;
      throw refusal(
        "InvalidParameter.KeypairAlreadyAttachedInstance",
        message,
        name,
        "Detach it from there first.",
      );
    }
    this.#sql.delete.run({ serial: integer(row, "serial") });
    return true;
  }

  #changeTags(region: string, names: readonly string[], change: (name: string, before: Tags) => Tags): void {
    this.#file.write(() => {
      for (const name of names) {
        const row = this.#existingRow(region, name, "InvalidResourceId.NotFound");
        const tags = JSON.stringify(change(name, toKeyPair(row).tags));
        this.#sql.setTags.run({ serial: integer(row, "serial"), tags });
      }
    });
  }

  #forInstances(
    region: string,
    name: string,
    instanceIds: readonly string[],
    action: "attach" | "detach",
  ): InstanceResult[] {
    checkCallSize("instances", instanceIds.length);
    return this.#file.write(() => {
      const serial = integer(this.#existingRow(region, name, "InvalidKeyPairName.NotFound"), "serial");
      return instanceIds.map((instanceId) => {
        if (action === "attach" && !/^i-[A-Za-z0-9]+$/.test(instanceId)) {
          const message = "The specified instance does not exist.";
          return { instanceId, failure: { cloudCode: "InvalidInstanceId.NotFound", message } };
        }
        this.#sql[action].run({ region, instanceId, serial });
        return { instanceId };
      });
    });
  }

  #row(region: string, name: string): Row | undefined {
    return this.#sql.find.get({ region, name });
  }

  #existingRow(
    region: string,
    name: string,
    code: "InvalidKeyPairName.NotFound" | "InvalidResourceId.NotFound",
  ): Row {
    const row = this.#row(region, name);
    if (row === undefined) throw refusal(code, `region ${region} has no key pair of that name`, name);
    return row;
  }

  #instancesOf(row: Row): string[] {
    return this.#sql.instances
      .all({ serial: integer(row, "serial") })
      .map((instance) => text(instance, "instance_id"));
  }
}
