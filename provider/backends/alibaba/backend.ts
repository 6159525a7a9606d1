import type {
  Backend,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Freshness,
  ImportKeyPairRequest,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  Owner,
  TagChange,
} from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError } from "../../core/errors";
import { groups } from "../../transport/groups";
import { Sweep, type SweepAnswer } from "../../transport/sweep";
import { MOST, resource, resources, tagList } from "./api";
import { EcsAttachments } from "./attachments";
import type { EcsCaller } from "./client";
import { Deletions } from "./deletions";
import { describeKeyPair, listKeyPairs } from "./listing";
import { createdKeyPair, importedKeyPair } from "./mapper";

/** Longer than a refresh or a destroy of a full region (500 pairs) takes on a slow machine. */
const SWEEP_AGE_MS = 5 * 60_000;

export interface AlibabaBackendOptions {
  client: EcsCaller;
  region: string;
  /** The URL of ECS. */
  endpoint: string;
  credentialsFrom: string;
  warning?: string | undefined;
  /** Never rejects. */
  askOwner(): Promise<Owner | undefined>;
  release(): Promise<void>;
}

/** Alibaba Cloud ECS, for one account and region. */
export class AlibabaBackend implements Backend {
  readonly name = "alibaba";
  readonly region: string;
  readonly location: string;
  readonly endpoint: string;
  readonly credentialsFrom: string;
  readonly warning: string | undefined;
  readonly attachments: EcsAttachments;
  readonly #options: AlibabaBackendOptions;
  readonly #client: EcsCaller;
  readonly #sweep: Sweep<KeyPairRecord>;
  readonly #deletions: Deletions;
  #owner: Promise<Owner | undefined> | undefined;

  constructor(options: AlibabaBackendOptions) {
    const { client, region, endpoint, credentialsFrom, warning } = options;
    this.region = region;
    this.location = `alibaba ${region}`;
    this.endpoint = endpoint;
    this.credentialsFrom = credentialsFrom;
    this.warning = warning;
    this.#options = options;
    this.#client = client;
    this.attachments = new EcsAttachments(client);
    this.#deletions = new Deletions(client, this.attachments);
    this.#sweep = new Sweep((operation) => listKeyPairs(client, {}, operation), { maxAgeMs: SWEEP_AGE_MS });
  }

  owner(_operation: Operation): Promise<Owner | undefined> {
    this.#owner ??= this.#options.askOwner();
    return this.#owner;
  }

  async importKeyPair(request: ImportKeyPairRequest, operation: Operation): Promise<KeyPairRecord> {
    const body = { ...newKeyPair(request), PublicKeyBody: request.publicKey };
    const reply = await this.#sweep.write(request.name, () =>
      this.#client.call("ImportKeyPair", body, operation, request.name),
    );
    return importedKeyPair(reply, request);
  }

  async createKeyPair(request: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord> {
    const body = newKeyPair(request);
    const reply = await this.#sweep.write(request.name, () =>
      this.#client.call("CreateKeyPair", body, operation, request.name),
    );
    return createdKeyPair(reply, request);
  }

  async findKeyPair(
    name: string,
    freshness: Freshness,
    operation: Operation,
    resourceGroupId?: string,
  ): Promise<KeyPairRecord | undefined> {
    const find = (group?: string) => describeKeyPair(this.#client, name, group, operation);
    const answer = freshness === "sweep" ? await this.#swept(name, operation, resourceGroupId) : "stale";
    if (answer !== "stale" && answer.item !== undefined) return answer.item;
    const inGroup = resourceGroupId === undefined ? undefined : await find(resourceGroupId);
    if (inGroup !== undefined || answer !== "stale") return inGroup;
    return find();
  }

  async listKeyPairs(filter: KeyPairFilter, operation: Operation): Promise<KeyPairRecord[]> {
    return [...(await listKeyPairs(this.#client, filter, operation)).values()];
  }

  async deleteKeyPair(name: string, operation: Operation): Promise<void> {
    await this.#sweep.write(name, () => this.#deletions.delete(name, operation));
  }

  /** Removes tags first. So a key can change only its case, and 20 tags can replace 20 others. */
  async changeTags(name: string, { set, remove }: TagChange, operation: Operation): Promise<void> {
    await this.#sweep.write(name, async () => {
      for (const TagKey of groups(remove, MOST.tags)) {
        await this.#client.call("UntagResources", { ...resources(name), TagKey }, operation, name);
      }
      for (const Tag of groups(tagList(set), MOST.tags)) {
        await this.#client.call("TagResources", { ...resources(name), Tag }, operation, name);
      }
    });
  }

  async moveToResourceGroup(name: string, resourceGroupId: string, operation: Operation): Promise<void> {
    const request = { ...resource(name), ResourceGroupId: resourceGroupId };
    await this.#sweep.write(name, async () => {
      try {
        await this.#client.call("JoinResourceGroup", request, operation, name);
      } catch (error) {
        const isThere = isKeyPairError(error) && error.details.cloudCode === "InvalidResourceGroup.Duplicate";
        if (!isThere) throw error;
      }
    });
  }

  async listRegions(operation: Operation): Promise<string[]> {
    const reply = await this.#client.call("DescribeRegions", {}, operation);
    return reply
      .requiredList("Regions", "Region")
      .map((region) => region.requiredText("RegionId"))
      .sort();
  }

  async close(): Promise<void> {
    await this.#options.release();
  }

  /** What the listing says. It says nothing to a RAM user who may see one resource group only. */
  async #swept(
    name: string,
    operation: Operation,
    resourceGroupId: string | undefined,
  ): Promise<SweepAnswer<KeyPairRecord>> {
    try {
      return await this.#sweep.find(name, operation);
    } catch (error) {
      if (resourceGroupId === undefined || !isKeyPairError(error, "PermissionDenied")) throw error;
      return "stale";
    }
  }
}

function newKeyPair({ name, tags = {}, resourceGroupId }: CreateKeyPairRequest) {
  const Tag = Object.keys(tags).length === 0 ? undefined : tagList(tags);
  return defined({ KeyPairName: name, ResourceGroupId: resourceGroupId, Tag });
}
