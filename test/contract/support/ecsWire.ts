import { afterAll, afterEach, beforeAll } from "vitest";
import {
  type EcsAction,
  type EcsRequests,
  resource,
  resources,
} from "../../../provider/backends/alibaba/api";
import { EcsClient } from "../../../provider/backends/alibaba/client";
import { HttpPool } from "../../../provider/transport/http";
import type { EcsRequest } from "../../emulator/ecs/request";
import { type EcsEmulator, startEcsEmulator, TEST_ACCESS_KEY } from "../../emulator/ecs/server";
import type { AccessKey } from "../../emulator/ecs/signature";
import { REGION } from "./ecsHarness";
import { newLine } from "./workbench";

export const TEMPORARY = {
  id: "temporary-id",
  secret: "temporary-only",
  securityToken: "token-of-the-emulator",
};
export const RESTRICTED = { id: "restricted-id", secret: "restricted-only", denied: ["DeleteKeyPairs"] };
export const EXPIRED = {
  id: "expired-id",
  secret: "expired-only",
  securityToken: "old-token",
  isExpired: true,
};

export const TAGS = [
  { Key: "k 1", Value: "v/é*~!'()" },
  { Key: "键", Value: "" },
];

/** One call of each operation, with every parameter that we use, in an order that works. */
const CALLS: { [Action in EcsAction]: EcsRequests[Action] } = {
  ImportKeyPair: {
    KeyPairName: "wire:1",
    PublicKeyBody: "",
    ResourceGroupId: "rg-acfmxazb4p1",
    Tag: TAGS,
  },
  CreateKeyPair: { KeyPairName: "wire:2", ResourceGroupId: "rg-acfmxazb4p1", Tag: TAGS },
  DescribeKeyPairs: {
    KeyPairName: "wire*",
    KeyPairFingerPrint: "00",
    PageNumber: 1,
    PageSize: 50,
    IncludePublicKey: true,
    ResourceGroupId: "rg-acfmxazb4p1",
    Tag: TAGS,
  },
  AttachKeyPair: { KeyPairName: "wire:1", InstanceIds: '["i-1","i-2"]' },
  DescribeInstances: { KeyPairName: "wire:1", InstanceIds: '["i-1"]', MaxResults: 100, NextToken: "1" },
  DescribeRegions: {},
  RebootInstance: { InstanceId: "i-1" },
  DetachKeyPair: { KeyPairName: "wire:1", InstanceIds: '["i-1","i-2"]' },
  TagResources: { ...resources("wire:1", "wire:2"), Tag: TAGS },
  UntagResources: { ...resources("wire:1"), TagKey: ["k 1", "键"] },
  JoinResourceGroup: { ...resource("wire:1"), ResourceGroupId: "rg-acfmxazb4p2" },
  DeleteKeyPairs: { KeyPairNames: '["wire:1","wire:2"]' },
};

export const ACTIONS = Object.keys(CALLS).filter((name): name is EcsAction => name in CALLS);

/** An emulator that shows every request as it came, and clients of it, for the tests of one file. */
export function ecsWire() {
  const http = new HttpPool();
  const requests: EcsRequest[] = [];
  let emulator: EcsEmulator;
  let publicKey: string;

  beforeAll(async () => {
    emulator = await startEcsEmulator({
      accessKeys: [TEST_ACCESS_KEY, TEMPORARY, RESTRICTED, EXPIRED],
      onRequest: (request) => requests.push(request),
    });
    emulator.instances.restartMs = 0;
    publicKey = await newLine();
  });
  afterEach(() => void requests.splice(0));
  afterAll(async () => {
    await http.close();
    await emulator.close();
  });

  return {
    requests,
    get emulator() {
      return emulator;
    },
    get endpoint() {
      return emulator.endpoint;
    },
    get publicKey() {
      return publicKey;
    },
    client(key: AccessKey = TEST_ACCESS_KEY, on: { endpoint: string } = emulator): EcsClient {
      const provider = key.securityToken === undefined ? "static_ak" : "static_sts";
      const credentials = { from: "the test", key: async () => ({ ...key, provider }) };
      return new EcsClient({ endpoint: new URL(on.endpoint), regionId: REGION, credentials, http });
    },
    parametersOf(action: EcsAction): EcsRequests[EcsAction] {
      return action === "ImportKeyPair" ? { ...CALLS[action], PublicKeyBody: publicKey } : CALLS[action];
    },
  };
}
