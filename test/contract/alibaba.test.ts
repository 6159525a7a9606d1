import { afterAll, beforeAll } from "vitest";
import { open } from "../../provider/backends/alibaba/open";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { ecsHarness, REGION } from "./support/ecsHarness";
import { keyPairContract, keyPairSetContract } from "./support/keyPairContract";

/*
 * Against the emulator of ECS, over HTTP and with the signatures checked. It was not run against Alibaba Cloud; that the
 * emulator speaks as Alibaba Cloud's own clients expect is shown in alibaba-sdk.test.ts.
 */

const { id: accessKeyId, secret: accessKeySecret } = TEST_ACCESS_KEY;
const { harness, start, stop } = ecsHarness(({ endpoint }) =>
  open({ backend: "alibaba", region: REGION, endpoint }, { accessKeyId, accessKeySecret }),
);

beforeAll(() => start());
afterAll(() => stop());

keyPairContract("alibaba", harness);
keyPairSetContract("alibaba", harness);
