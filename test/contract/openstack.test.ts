import { afterAll, beforeAll } from "vitest";
import { rules } from "../../provider/backends/openstack/rules";
import { FaultProxy } from "../emulator/faultProxy";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack, type User } from "../support/openstack/openstack";
import { type KeyPairHarness, keyPairContract, keyPairSetContract } from "./support/keyPairContract";

let cloud: OpenStack;
let user: User;
let another: User;

const harness: Omit<KeyPairHarness, "open"> = {
  rules,
  cloudCodes: { AlreadyExists: "conflictingRequest", QuotaExceeded: "forbidden" },
  capabilities: {
    madeKey: { type: "rsa", bits: 2048 },
    unusualNames: ["a b", "_", "-", "Case case", "0", "x".repeat(255)],
  },
  openWithRoomFor,
  quotaRaces: true,
};

describeOpenStack("a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
    user = await cloud.newUser();
    another = await cloud.newUser();
  }, 600_000);

  keyPairContract("region with a plain URL in the catalogue", {
    ...harness,
    open: () => openAs(user.variables()),
  });

  keyPairContract("region with the project's id in the URL (the form of Open Telekom Cloud)", {
    ...harness,
    open: () => openAs(user.variables({ OS_REGION_NAME: "RegionOtc" })),
  });

  describeOpenStack("behind a proxy that can stall it", () => {
    let proxy: FaultProxy;
    beforeAll(async () => {
      proxy = await FaultProxy.start(cloud.computeUrl);
    });
    afterAll(() => proxy.close());

    const throughProxy: KeyPairHarness = {
      ...harness,
      open: () => openAs(user.variables(), { endpoint: proxy.url }),
      stall: async () => {
        proxy.fail(() => ({ when: "before", reply: { status: 429, headers: { "retry-after": "1" } } }));
        return async () => proxy.fail();
      },
    };

    keyPairContract("endpoint of the connection", throughProxy);

    keyPairSetContract("OpenStack", {
      ...throughProxy,
      // Both regions are the same Nova, so the names that a user has in one are taken in the other.
      openElsewhere: () => openAs(another.variables({ OS_REGION_NAME: "RegionOtc" })),
      openAsAnother: () => openAs(another.variables()),
    });
  });
});

async function openWithRoomFor(count: number) {
  const crowded = await cloud.newUser({ keyPairQuota: count });
  return openAs(crowded.variables());
}
