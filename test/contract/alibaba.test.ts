import { afterAll, beforeAll } from "vitest";
import { open } from "../../provider/backends/alibaba/open";
import { type EcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import type { AccessKey } from "../emulator/ecs/signature";
import { OTHER_ACCOUNT } from "./support/ecsClients";
import { ecsHarness, REGION } from "./support/ecsHarness";
import { keyPairContract, keyPairSetContract } from "./support/keyPairContract";

/*
 * Against the emulator of ECS, over HTTP and with the signatures checked. It was not run against Alibaba Cloud; that the
 * emulator speaks as Alibaba Cloud's own clients expect is shown in alibaba-sdk.test.ts.
 */

const { harness, start, emulator, stop } = ecsHarness((one) => openAs(TEST_ACCESS_KEY, one));

beforeAll(() => start({ accessKeys: [TEST_ACCESS_KEY, OTHER_ACCOUNT] }));
afterAll(() => stop());

keyPairContract("alibaba", harness);
keyPairSetContract("alibaba", {
  ...harness,
  openElsewhere: () => openAs(TEST_ACCESS_KEY, emulator(), "eu-central-1"),
  openAsAnother: () => openAs(OTHER_ACCOUNT, emulator()),
});

function openAs({ id, secret }: AccessKey, { endpoint }: EcsEmulator, region = REGION) {
  return open({ backend: "alibaba", region, endpoint }, { accessKeyId: id, accessKeySecret: secret });
}
