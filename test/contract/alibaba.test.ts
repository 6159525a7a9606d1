import { afterAll, beforeAll } from "vitest";
import { open } from "../../provider/backends/alibaba/open";
import { rules } from "../../provider/backends/alibaba/rules";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../emulator/ecs/server";
import { keyPairContract } from "./support/keyPairContract";

/*
 * Against the emulator of ECS, over HTTP and with the signatures checked. It was not run against Alibaba Cloud; that the
 * emulator speaks as Alibaba Cloud's own clients expect is shown in alibaba-sdk.test.ts.
 */

const region = "cn-hangzhou";
const emulators: EcsEmulator[] = [];
let emulator: EcsEmulator;

beforeAll(async () => {
  emulator = await start();
});
afterAll(() => Promise.all(emulators.map((each) => each.close())));

keyPairContract("alibaba", {
  rules,
  open: () => openOn(emulator),
  cloudCodes: {
    AlreadyExists: "KeyPair.AlreadyExist",
    QuotaExceeded: "QuotaExceed.KeyPair",
    InUse: "InvalidParameter.KeypairAlreadyAttachedInstance",
  },
  capabilities: {
    makesKeys: true,
    tags: {
      most: 20,
      ignoresCase: true,
      addSystemTag: async (name) =>
        emulator.store.tag(region, [name], { "acs:ecs:managed": "true" }, "system"),
    },
    resourceGroups: { ids: ["rg-acfmxazb4p1", "rg-acfmxazb4p2"], missing: "rg_production" },
    attachments: {
      instanceIds: Array.from({ length: 170 }, (_, n) => `i-bp67acfmxazb4p${n}`),
      missing: "not-an-instance",
    },
    unusualNames: ["键对:a.b_c-d", "Ключ", "k2", "x".repeat(128), "𝒦ey", "𝒦".repeat(128)],
  },
  openWithRoomFor: async (count) => openOn(await start({ quota: count })),
  stall: async () => {
    emulator.faults.add({ fault: "throttle" });
    return async () => emulator.faults.clear();
  },
});

async function start(options: EcsEmulatorOptions = {}): Promise<EcsEmulator> {
  const started = await startEcsEmulator(options);
  emulators.push(started);
  return started;
}

function openOn({ endpoint }: EcsEmulator) {
  const { id, secret } = TEST_ACCESS_KEY;
  return open({ backend: "alibaba", region, endpoint }, { accessKeyId: id, accessKeySecret: secret });
}
