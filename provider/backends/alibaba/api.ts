/*
 * The requests of ECS, API version 2014-05-26, as they go over the wire. None of them has a client token: when it is not known
 * whether a request was carried out, the caller looks before it sends the request again. The client adds the region.
 * https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-dir-ssh-key-pairs
 */

export const API_VERSION = "2014-05-26";

/** The most that one request takes. */
export const MOST = {
  /** Key pairs on a page of DescribeKeyPairs. */
  page: 50,
  /** Names in DeleteKeyPairs. */
  deletions: 100,
  /** Tags in TagResources, keys in UntagResources. */
  tags: 20,
  /** Instances in AttachKeyPair and DetachKeyPair. */
  instances: 50,
  /** Instances on a page of DescribeInstances. */
  instancePage: 100,
} as const;

/** What the operations on tags and resource groups call a key pair; there its id is its name. */
const RESOURCE_TYPE = "keypair";

export interface Tag {
  Key: string;
  /** May be empty. */
  Value: string;
}

interface NewKeyPair {
  KeyPairName: string;
  ResourceGroupId?: string;
  Tag?: Tag[];
}

interface Attachment {
  KeyPairName: string;
  /** A JSON array of at most 50. */
  InstanceIds: string;
}

interface TaggedResources {
  ResourceType: typeof RESOURCE_TYPE;
  /** Names, at most 50. */
  ResourceId: string[];
}

/** The request of each operation. */
export interface EcsRequests {
  CreateKeyPair: NewKeyPair;
  ImportKeyPair: NewKeyPair & { PublicKeyBody: string };
  DescribeKeyPairs: {
    /** `*` stands for any text. */
    KeyPairName?: string;
    KeyPairFingerPrint?: string;
    /** From 1. */
    PageNumber?: number;
    /** At most 50. */
    PageSize?: number;
    IncludePublicKey?: boolean;
    ResourceGroupId?: string;
    Tag?: Tag[];
  };
  /** A JSON array of at most 100. */
  DeleteKeyPairs: { KeyPairNames: string };
  AttachKeyPair: Attachment;
  DetachKeyPair: Attachment;
  TagResources: TaggedResources & { Tag: Tag[] };
  UntagResources: TaggedResources & { TagKey: string[] };
  JoinResourceGroup: { ResourceType: typeof RESOURCE_TYPE; ResourceId: string; ResourceGroupId: string };
  /** https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances */
  DescribeInstances: {
    KeyPairName?: string;
    /** A JSON array of at most 100. */
    InstanceIds?: string;
    MaxResults?: number;
    NextToken?: string;
  };
  /** https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-rebootinstance */
  RebootInstance: { InstanceId: string };
  /** https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeregions */
  DescribeRegions: Record<string, never>;
}

export type EcsAction = keyof EcsRequests;

/** Requests that name no region: the id of an instance says it, and the list of regions is the same everywhere. */
export const WITHOUT_REGION: ReadonlySet<EcsAction> = new Set(["RebootInstance", "DescribeRegions"]);

/** Requests that change nothing: they end when the user interrupts. */
export const READS: ReadonlySet<EcsAction> = new Set([
  "DescribeKeyPairs",
  "DescribeInstances",
  "DescribeRegions",
]);

/** Requests that may be sent twice, because the second one changes nothing. */
export const IDEMPOTENT: ReadonlySet<EcsAction> = new Set([
  ...READS,
  "AttachKeyPair",
  "DetachKeyPair",
  "TagResources",
  "UntagResources",
  "JoinResourceGroup",
]);

/** The key pairs as the operations on tags name them. */
export function resources(...names: string[]): TaggedResources {
  return { ResourceType: RESOURCE_TYPE, ResourceId: names };
}

/** The key pair as the operation on resource groups names it. */
export function resource(name: string): { ResourceType: typeof RESOURCE_TYPE; ResourceId: string } {
  return { ResourceType: RESOURCE_TYPE, ResourceId: name };
}

export function tagList(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
