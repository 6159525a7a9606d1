import { afterAll, beforeAll } from "vitest";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { ecsHarness, REGION } from "./support/ecsHarness";
import { keyPairContract } from "./support/keyPairContract";
import { nodeSdk } from "./support/nodeSdk";
import { backendOn } from "./support/officialClient";
import { describePythonSdk, installPythonSdk, type PythonSdk, pythonSdk } from "./support/pythonSdk";

/*
 * The proof of the emulator: Alibaba Cloud's own clients, which know nothing of it, run the contract suite against it.
 */

const { id: accessKeyId, secret: accessKeySecret } = TEST_ACCESS_KEY;

{
  const { harness, start, stop } = ecsHarness(async ({ endpoint }) =>
    backendOn(nodeSdk({ endpoint, accessKeyId, accessKeySecret }), REGION),
  );
  beforeAll(() => start());
  afterAll(() => stop());
  keyPairContract("the official Node SDK", harness);
}

describePythonSdk("Python", () => {
  const sdks: PythonSdk[] = [];
  const { harness, start, stop } = ecsHarness(async ({ endpoint }) => {
    const sdk = pythonSdk(endpoint, accessKeyId, accessKeySecret);
    sdks.push(sdk);
    return backendOn(sdk.call, REGION);
  });
  beforeAll(async () => {
    installPythonSdk();
    await start();
  });
  afterAll(async () => {
    for (const sdk of sdks) sdk.close();
    await stop();
  });
  keyPairContract("the official Python SDK", harness);
});
