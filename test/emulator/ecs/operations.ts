import { createKeyPair } from "../../../provider/backends/local/create";
import type { InstanceResult, KeyPairStore, StoredKeyPair } from "../../../provider/backends/local/store";
import { EcsFailure } from "./failure";
import type { Instances } from "./instances";
import { type EcsRequest, isTrue, listParameters, tagParameters } from "./request";
import { type AccessKey, DEFAULT_ACCOUNT } from "./signature";
import type { LaggingView } from "./view";
import type { Fields } from "./wire";

export interface Account {
  store: KeyPairStore;
  view: LaggingView;
  instances: Instances;
  /** Created pairs get small ECDSA keys, for tests that make hundreds and look at no key. */
  hasFastKeys: boolean;
}

export interface Call {
  region: string;
  parameters: Map<string, string>;
  /** Who calls. */
  key: AccessKey;
}

interface Operation {
  /** The pairs that the call is about. */
  names(parameters: Map<string, string>): string[];
  required: readonly string[];
  run(account: Account, call: Call): Fields | Promise<Fields>;
}

const RESOURCE_TYPE = "keypair";
const WITHOUT_REGION: ReadonlySet<string> = new Set(["RebootInstance", "DescribeRegions"]);
/** What ECS makes (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createkeypair). */
const KEY = { type: "rsa", bits: 2048 } as const;
/** Some of those that Alibaba Cloud has. Pairs can be in others too. */
export const REGIONS = ["cn-qingdao", "cn-hangzhou", "cn-shanghai", "eu-central-1"] as const;
const FAST_KEY = { type: "ecdsa", bits: 256 } as const;
const oneName = (parameters: Map<string, string>) => [parameters.get("KeyPairName") ?? ""];
const resourceIds = (parameters: Map<string, string>) => listParameters(parameters, "ResourceId");

const ECS_VERSION = "2014-05-26";
const STS_VERSION = "2015-04-01";

/** What the emulator does of the API of the Security Token Service. */
const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetCallerIdentity: {
    names: () => [],
    required: [],
    run: (_account, { key }) => {
      const account = key.account ?? DEFAULT_ACCOUNT;
      return {
        AccountId: account,
        Arn: `acs:ram::${account}:user/${key.id}`,
        IdentityType: "RAMUser",
        PrincipalId: key.id,
        UserId: key.id,
      };
    },
  },
};

/** What the emulator does of the API of ECS. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateKeyPair: {
    names: oneName,
    required: ["KeyPairName"],
    run: async ({ store, view, hasFastKeys }, { region, parameters }) => {
      const request = newKeyPair(parameters);
      const { keyPair, privateKey } = await view.write(region, [request.name], () =>
        createKeyPair(store, region, request, { key: hasFastKeys ? FAST_KEY : KEY }),
      );
      return {
        KeyPairId: keyPair.id,
        KeyPairName: keyPair.name,
        KeyPairFingerPrint: keyPair.fingerprint.replaceAll(":", ""),
        PrivateKeyBody: privateKey,
      };
    },
  },
  ImportKeyPair: {
    names: oneName,
    required: ["KeyPairName", "PublicKeyBody"],
    run: async ({ store, view }, { region, parameters }) => {
      const request = { ...newKeyPair(parameters), publicKey: parameters.get("PublicKeyBody") ?? "" };
      const pair = await view.write(region, [request.name], () => store.import(region, request));
      return { KeyPairName: pair.name, KeyPairFingerPrint: pair.fingerprint.replaceAll(":", "") };
    },
  },
  DescribeKeyPairs: {
    names: (parameters) => oneName(parameters).filter(Boolean),
    required: [],
    run: ({ view }, { region, parameters, key }) => {
      const pageNumber = number(parameters, "PageNumber", 1);
      const pageSize = number(parameters, "PageSize", 10);
      if (pageSize > 50)
        throw new EcsFailure("InvalidParameter", "The specified parameter PageSize is not valid.");
      // RAM shows a user who is limited to a resource group an empty list where the request does not name the group.
      const isHidden =
        key.resourceGroupId !== undefined && key.resourceGroupId !== parameters.get("ResourceGroupId");
      const visible = isHidden
        ? []
        : view.read(region, {
            namePattern: parameters.get("KeyPairName"),
            fingerprint: parameters.get("KeyPairFingerPrint"),
            resourceGroupId: parameters.get("ResourceGroupId"),
            tags: tagParameters(parameters),
          });
      const page = visible.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
      const withKey = isTrue(parameters, "IncludePublicKey");
      return {
        TotalCount: visible.length,
        PageNumber: pageNumber,
        PageSize: pageSize,
        KeyPairs: { KeyPair: page.map((pair) => described(pair, withKey)) },
      };
    },
  },
  DeleteKeyPairs: {
    names: (parameters) => jsonList(parameters, "KeyPairNames"),
    required: ["KeyPairNames"],
    run: async ({ store, view }, { region, parameters }) => {
      const names = jsonList(parameters, "KeyPairNames");
      if (names.length === 0)
        throw new EcsFailure("InvalidKeyPairNames.ValueNotSupported", "KeyPairNames is no list of names.");
      await view.write(region, names, () => store.deleteMany(region, names));
      return {};
    },
  },
  AttachKeyPair: {
    names: oneName,
    required: ["KeyPairName", "InstanceIds"],
    run: ({ store }, call) => attachment(call, (name, ids) => store.attach(call.region, name, ids)),
  },
  DetachKeyPair: {
    names: oneName,
    required: ["KeyPairName", "InstanceIds"],
    run: ({ store }, call) => attachment(call, (name, ids) => store.detach(call.region, name, ids)),
  },
  DescribeInstances: {
    names: (parameters) => oneName(parameters).filter(Boolean),
    required: [],
    run: ({ store, instances }, { region, parameters }) => {
      const keyPairName = parameters.get("KeyPairName") ?? "";
      const start = Number(parameters.get("NextToken") ?? 0);
      const end = start + number(parameters, "MaxResults", 10);
      const ofPair = (name: string) =>
        store.attachedInstances(region, name).map((id) => ({ id, keyPairName: name }));
      const found = parameters.has("InstanceIds")
        ? jsonList(parameters, "InstanceIds")
            .filter((id) => !instances.isGone(id))
            .map((id) => ({ id, keyPairName }))
        : keyPairName === ""
          ? store.list(region).keyPairs.flatMap(({ name }) => ofPair(name))
          : ofPair(keyPairName);
      return {
        TotalCount: found.length,
        NextToken: end < found.length ? String(end) : "",
        Instances: {
          Instance: found.slice(start, end).map(({ id, keyPairName: name }) => ({
            InstanceId: id,
            KeyPairName: name,
            RegionId: region,
            Status: instances.status(id),
          })),
        },
      };
    },
  },
  DescribeRegions: {
    names: () => [],
    required: [],
    run: () => ({
      Regions: {
        Region: REGIONS.map((id) => ({
          RegionId: id,
          RegionEndpoint: `ecs.${id}.aliyuncs.com`,
          LocalName: id,
          Status: "available",
        })),
      },
    }),
  },
  RebootInstance: {
    names: () => [],
    required: ["InstanceId"],
    run: ({ instances }, { parameters }) => {
      instances.reboot(parameters.get("InstanceId") ?? "");
      return {};
    },
  },
  TagResources: {
    names: resourceIds,
    required: ["ResourceType", "ResourceId.1", "Tag.1.Key"],
    run: async ({ store, view }, { region, parameters }) => {
      checkResourceType(parameters);
      const names = resourceIds(parameters);
      await view.write(region, names, () => store.tag(region, names, uniqueTags(parameters)));
      return {};
    },
  },
  UntagResources: {
    names: resourceIds,
    required: ["ResourceType", "ResourceId.1"],
    run: async ({ store, view }, { region, parameters }) => {
      checkResourceType(parameters);
      const names = resourceIds(parameters);
      const keys = listParameters(parameters, "TagKey");
      const isAll = isTrue(parameters, "All");
      if (isAll && keys.length > 0)
        throw new EcsFailure("Param.Conflict", "TagKey and All exclude each other.", 403);
      await view.write(region, names, () => store.untag(region, names, isAll ? "all" : keys));
      return {};
    },
  },
  ListTagResources: {
    names: resourceIds,
    required: ["ResourceType"],
    run: ({ view }, { region, parameters }) => {
      checkResourceType(parameters);
      const names = resourceIds(parameters);
      const pairs = view
        .read(region, { tags: [] })
        .filter(({ name }) => names.length === 0 || names.includes(name));
      const tags = pairs.flatMap(({ name, tags }) =>
        Object.entries(tags).map(([TagKey, TagValue]) => ({
          ResourceId: name,
          ResourceType: RESOURCE_TYPE,
          TagKey,
          TagValue,
        })),
      );
      return { NextToken: "", TagResources: { TagResource: tags } };
    },
  },
  JoinResourceGroup: {
    names: (parameters) => [parameters.get("ResourceId") ?? ""],
    required: ["ResourceType", "ResourceId", "ResourceGroupId"],
    run: async ({ store, view }, { region, parameters }) => {
      checkResourceType(parameters);
      const name = parameters.get("ResourceId") ?? "";
      await view.write(region, [name], () =>
        store.joinResourceGroup(region, name, parameters.get("ResourceGroupId") ?? ""),
      );
      return {};
    },
  },
};

export function operationOf({ action, parameters }: EcsRequest, version: string | undefined): Operation {
  const isSts = version === STS_VERSION;
  if (!isSts && version !== ECS_VERSION)
    throw new EcsFailure("InvalidVersion", "Specified parameter Version is not valid.");
  const operation = (isSts ? STS_OPERATIONS : OPERATIONS)[action];
  if (!operation)
    throw new EcsFailure(
      "InvalidAction.NotFound",
      "Specified api is not found, please check your url and method.",
    );
  if (isSts) return operation;
  // The id of an instance says its region, and every region tells all regions.
  if (WITHOUT_REGION.has(action) && !parameters.has("RegionId")) parameters.set("RegionId", "cn-hangzhou");
  for (const name of ["RegionId", ...operation.required]) {
    if (!parameters.get(name)) {
      throw new EcsFailure(
        "MissingParameter",
        `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
      );
    }
  }
  const region = parameters.get("RegionId") ?? "";
  if (!/^[a-z]{2}-[a-z]+(-[a-z0-9]+)*$/.test(region))
    throw new EcsFailure("InvalidRegionId.NotFound", "The specified RegionId does not exist.");
  return operation;
}

/** Throws what RAM answers when the access key may not do this. */
export function checkPermission(
  { action, parameters }: EcsRequest,
  names: readonly string[],
  { store }: Account,
  { denied, resourceGroupId }: AccessKey,
): void {
  const isNew = action === "CreateKeyPair" || action === "ImportKeyPair";
  const region = parameters.get("RegionId") ?? "";
  const isInAnotherGroup = (name: string) => {
    const pair = store.find(region, name);
    return pair !== undefined && pair.resourceGroupId !== resourceGroupId;
  };
  const isOutside =
    resourceGroupId !== undefined &&
    action !== "DescribeKeyPairs" &&
    (isNew ? parameters.get("ResourceGroupId") !== resourceGroupId : names.some(isInAnotherGroup));
  if (denied?.includes(action) || isOutside)
    throw new EcsFailure("Forbidden.RAM", "User not authorized to operate on the specified resource.");
}

function newKeyPair(parameters: Map<string, string>) {
  const resourceGroupId = parameters.get("ResourceGroupId");
  return {
    name: parameters.get("KeyPairName") ?? "",
    tags: uniqueTags(parameters),
    ...(resourceGroupId ? { resourceGroupId } : {}),
  };
}

function uniqueTags(parameters: Map<string, string>): Record<string, string> {
  const tags = tagParameters(parameters);
  if (new Set(tags.map(([key]) => key)).size < tags.length)
    throw new EcsFailure("Duplicate.TagKey", "The Tag.N.Key contain duplicate key.");
  return Object.fromEntries(tags);
}

function described(
  { name, fingerprint, publicKey, createdAt, tags, resourceGroupId }: StoredKeyPair,
  withKey: boolean,
): Fields {
  return {
    KeyPairName: name,
    KeyPairFingerPrint: fingerprint.replaceAll(":", ""),
    CreationTime: createdAt,
    ResourceGroupId: resourceGroupId ?? "",
    ...(withKey && { PublicKey: publicKey }),
    Tags: { Tag: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) },
  };
}

/** HTTP 200, whatever became of the instances. */
function attachment(
  { parameters }: Call,
  change: (name: string, instanceIds: string[]) => InstanceResult[],
): Fields {
  const name = parameters.get("KeyPairName") ?? "";
  const instanceIds = jsonList(parameters, "InstanceIds");
  if (instanceIds.length === 0)
    throw new EcsFailure("InvalidInstanceIds.ValueNotSupported", "InstanceIds is no list of ids.");
  const results = change(name, instanceIds);
  return {
    KeyPairName: name,
    TotalCount: String(results.length),
    FailCount: String(results.filter(({ failure }) => failure).length),
    Results: {
      Result: results.map(({ instanceId, failure }) => ({
        InstanceId: instanceId,
        Success: failure ? "false" : "true",
        Code: failure?.cloudCode ?? "200",
        Message: failure?.message ?? "successful",
      })),
    },
  };
}

function checkResourceType(parameters: Map<string, string>): void {
  if (parameters.get("ResourceType") !== RESOURCE_TYPE) {
    throw new EcsFailure(
      "InvalidResourceType.NotFound",
      "The ResourceType provided does not exist in our records.",
    );
  }
}

function number(parameters: Map<string, string>, name: string, fallback: number): number {
  const value = Number(parameters.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < 1)
    throw new EcsFailure("InvalidParameter", `The specified parameter ${name} is not valid.`);
  return value;
}

function jsonList(parameters: Map<string, string>, name: string): string[] {
  try {
    const value: unknown = JSON.parse(parameters.get(name) ?? "");
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}
