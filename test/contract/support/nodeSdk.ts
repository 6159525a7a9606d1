import * as ecs from "@alicloud/ecs20140526";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import type { EcsAction } from "../../../provider/backends/alibaba/api";
import type { SdkCall } from "./officialClient";

/** The typed SDK for Node, which the package name `@alicloud/ecs20140526` stands for. */
type Client = InstanceType<typeof ecs.default>;
type Members = { [name: string]: unknown };
interface SdkReply {
  body?: { toMap(): Members };
}

export interface NodeSdkOptions {
  /** `http://host:port` */
  endpoint: string;
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
  /** `v2`: HMAC-SHA1 in the query; else ACS3-HMAC-SHA256 in the header. */
  signatureAlgorithm?: "v2";
}

const CALLS: Record<EcsAction, (client: Client, members: Members) => Promise<SdkReply>> = {
  CreateKeyPair: (client, members) => client.createKeyPair(new ecs.CreateKeyPairRequest(members)),
  ImportKeyPair: (client, members) => client.importKeyPair(new ecs.ImportKeyPairRequest(members)),
  DescribeKeyPairs: (client, members) => client.describeKeyPairs(new ecs.DescribeKeyPairsRequest(members)),
  DeleteKeyPairs: (client, members) => client.deleteKeyPairs(new ecs.DeleteKeyPairsRequest(members)),
  AttachKeyPair: (client, members) => client.attachKeyPair(new ecs.AttachKeyPairRequest(members)),
  DetachKeyPair: (client, members) => client.detachKeyPair(new ecs.DetachKeyPairRequest(members)),
  TagResources: (client, members) => client.tagResources(new ecs.TagResourcesRequest(members)),
  UntagResources: (client, members) => client.untagResources(new ecs.UntagResourcesRequest(members)),
  JoinResourceGroup: (client, members) => client.joinResourceGroup(new ecs.JoinResourceGroupRequest(members)),
  DescribeInstances: (client, members) => client.describeInstances(new ecs.DescribeInstancesRequest(members)),
  DescribeRegions: (client, members) => client.describeRegions(new ecs.DescribeRegionsRequest(members)),
  RebootInstance: (client, members) => client.rebootInstance(new ecs.RebootInstanceRequest(members)),
};

export function nodeSdk({ endpoint, ...config }: NodeSdkOptions): SdkCall {
  const { host } = new URL(endpoint);
  const client = new ecs.default(
    new $OpenApiUtil.Config({
      ...config,
      endpoint: host,
      protocol: "http",
      readTimeout: 60_000,
      connectTimeout: 60_000,
    }),
  );
  return async (action, parameters) => {
    try {
      const { body } = await CALLS[action](client, toMembers(parameters));
      return { status: 200, headers: {}, text: JSON.stringify(body?.toMap()) };
    } catch (error) {
      if (!(error instanceof Error && "statusCode" in error && "data" in error)) throw error;
      return { status: Number(error.statusCode), headers: {}, text: JSON.stringify(error.data) };
    }
  };
}

/** The SDK's members are the names on the wire with a small first letter. */
function toMembers(parameters: object): Members {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name[0]?.toLowerCase() + name.slice(1),
      toMember(value),
    ]),
  );
}

function toMember(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMember);
  return typeof value === "object" && value !== null ? toMembers(value) : value;
}
