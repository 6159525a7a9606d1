import type {
  Backend,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  ImportKeyPairRequest,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  Owner,
  TagChange,
} from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { sleep } from "../../transport/operation";
import { Sweep } from "../../transport/sweep";
import { groups, MOST, resource, resources, tagList } from "./api";
import { EcsAttachments } from "./attachments";
import type { EcsCaller } from "./client";
import { Deletions } from "./deletions";
import { describeKeyPair, listKeyPairs } from "./listing";
import { createdKeyPair, importedKeyPair } from "./mapper";

/** Longer than a refresh or a destroy of a full region (500 pairs) takes on a slow machine. */
const SWEEP_AGE_MS = 5 * 60_000;
/** How long after a write of our own a read that does not see it is taken for late, and how often it is asked again. */
const LAG_MS = 10_000;
const LAG_PAUSE_MS = 500;

/** Alibaba Cloud ECS, for one account and region. */
export class AlibabaBackend implements Backend {
  readonly name = "alibaba";
  readonly location: string;
  readonly attachments: EcsAttachments;
  readonly #sweep: Sweep<KeyPairRecord>;
  readonly #deletions: Deletions;
  /** Pairs that this process has made, and when (ms of `performance.now`). */
  readonly #made = new Map<string, number>();

  constructor(
    private readonly client: EcsCaller,
    readonly region: string,
    private readonly onClose: () => Promise<void>,
  ) {
    this.location = `alibaba ${region}`;
    this.attachments = new EcsAttachments(client);
    this.#deletions = new Deletions(client, this.attachments);
    this.#sweep = new Sweep((operation) => listKeyPairs(client, {}, operation), { maxAgeMs: SWEEP_AGE_MS });
  }

  readonly endpoint = "";
  readonly credentialsFrom = "";

  async owner(_operation: Operation): Promise<Owner | undefined> {
    return undefined;
  }

  async importKeyPair(request: ImportKeyPairRequest, operation: Operation): Promise<KeyPairRecord> {
    const body = { ...newKeyPair(request), PublicKeyBody: request.publicKey };
    const reply = await this.#making(request.name, () =>
      this.client.call("ImportKeyPair", body, operation, request.name),
    );
    return importedKeyPair(reply, request);
  }

  async createKeyPair(request: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord> {
    const body = newKeyPair(request);
    const reply = await this.#making(request.name, () =>
      this.client.call("CreateKeyPair", body, operation, request.name),
    );
    return createdKeyPair(reply, request);
  }

  async findKeyPair(
    name: string,
    freshness: "sweep" | "exact",
    operation: Operation,
  ): Promise<KeyPairRecord | undefined> {
    const answer = freshness === "sweep" ? await this.#sweep.find(name, operation) : "stale";
    const isSettled = answer !== "stale" && (answer.item !== undefined || !this.#wasJustMade(name));
    return isSettled ? answer.item : this.#findNow(name, operation);
  }

  async listKeyPairs(filter: KeyPairFilter, operation: Operation): Promise<KeyPairRecord[]> {
    return [...(await listKeyPairs(this.client, filter, operation)).values()];
  }

  async deleteKeyPair(name: string, operation: Operation): Promise<void> {
    this.#made.delete(name);
    await this.#sweep.write(name, () => this.#deletions.delete(name, operation));
  }

  /** Removes first, so that a key that only changes its case, and 20 new tags in the place of 20, are possible. */
  async changeTags(name: string, { set, remove }: TagChange, operation: Operation): Promise<void> {
    await this.#sweep.write(name, async () => {
      for (const TagKey of groups(remove, MOST.tags)) {
        await this.client.call("UntagResources", { ...resources(name), TagKey }, operation, name);
      }
      for (const Tag of groups(tagList(set), MOST.tags)) {
        await this.client.call("TagResources", { ...resources(name), Tag }, operation, name);
      }
    });
  }

  async moveToResourceGroup(name: string, resourceGroupId: string, operation: Operation): Promise<void> {
    const request = { ...resource(name), ResourceGroupId: resourceGroupId };
    await this.#sweep.write(name, async () => {
      try {
        await this.client.call("JoinResourceGroup", request, operation, name);
      } catch (error) {
        const isThere = isKeyPairError(error) && error.details.cloudCode === "InvalidResourceGroup.Duplicate";
        if (!isThere) throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.onClose();
  }

  async #making<Reply>(name: string, call: () => Promise<Reply>): Promise<Reply> {
    const reply = await this.#sweep.write(name, call);
    this.#made.set(name, performance.now());
    return reply;
  }

  /** Reads of ECS lag behind its writes: a pair that this process has just made is not gone because a read does not see it. */
  async #findNow(name: string, operation: Operation): Promise<KeyPairRecord | undefined> {
    for (;;) {
      const record = await describeKeyPair(this.client, name, operation);
      if (record || !this.#wasJustMade(name) || Date.now() + LAG_PAUSE_MS >= operation.deadline)
        return record;
      operation.progress(`waiting until ECS shows "${name}", which was just made`);
      await sleep(LAG_PAUSE_MS, operation.signal);
    }
  }

  #wasJustMade(name: string): boolean {
    const madeAt = this.#made.get(name);
    return madeAt !== undefined && performance.now() - madeAt < LAG_MS;
  }
}

function newKeyPair({ name, tags, resourceGroupId }: CreateKeyPairRequest) {
  return {
    KeyPairName: name,
    ...(resourceGroupId !== undefined && { ResourceGroupId: resourceGroupId }),
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { Tag: tagList(tags) }),
  };
}
