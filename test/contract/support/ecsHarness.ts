import { rules } from "../../../provider/backends/alibaba/rules";
import type { Backend } from "../../../provider/core/backend";
import { REGIONS } from "../../emulator/ecs/operations";
import { type EcsEmulator, type EcsEmulatorOptions, startEcsEmulator } from "../../emulator/ecs/server";
import type { KeyPairHarness } from "./keyPairContract";

export const REGION = "cn-hangzhou";

/** The contract suite's harness for a client of the ECS emulator, and the emulators that it needs. */
export function ecsHarness(openOn: (emulator: EcsEmulator) => Promise<Backend>) {
  const emulators: EcsEmulator[] = [];
  const start = async (options: EcsEmulatorOptions = {}): Promise<EcsEmulator> => {
    const emulator = await startEcsEmulator(options);
    emulators.push(emulator);
    return emulator;
  };
  const emulator = (): EcsEmulator => {
    const [first] = emulators;
    if (!first) throw new Error("the emulator is not started");
    return first;
  };
  const harness: KeyPairHarness = {
    rules,
    open: () => openOn(emulator()),
    cloudCodes: {
      AlreadyExists: "KeyPair.AlreadyExist",
      QuotaExceeded: "QuotaExceed.KeyPair",
      InUse: "InvalidParameter.KeypairAlreadyAttachedInstance",
    },
    capabilities: {
      madeKey: { type: "rsa", bits: 2048 },
      tags: {
        most: 20,
        ignoresCase: true,
        addSystemTag: async (name) =>
          emulator().store.tag(REGION, [name], { "acs:ecs:managed": "true" }, "system"),
      },
      resourceGroups: { ids: ["rg-acfmxazb4p1", "rg-acfmxazb4p2"], missing: "rg_production" },
      attachments: {
        instanceIds: Array.from({ length: 170 }, (_, n) => `i-bp67acfmxazb4p${n}`),
        missing: "not-an-instance",
      },
      regions: REGIONS,
      unusualNames: ["键对:a.b_c-d", "Ключ", "k2", "x".repeat(128), "𝒦ey", "𝒦".repeat(128)],
    },
    openWithRoomFor: async (count) => openOn(await start({ quota: count })),
    stall: async () => {
      emulator().faults.add({ fault: "throttle" });
      return async () => emulator().faults.clear();
    },
  };
  return {
    harness,
    start,
    emulator,
    stop: () => Promise.all(emulators.splice(0).map((each) => each.close())),
  };
}
