import type { TestContext } from "vitest";
import { AlibabaBackend } from "../../../provider/backends/alibaba/backend";
import { EcsClient } from "../../../provider/backends/alibaba/client";
import { askOwner } from "../../../provider/backends/alibaba/owner";
import { HttpPool } from "../../../provider/transport/http";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../../emulator/ecs/server";
import type { AccessKey } from "../../emulator/ecs/signature";

export const REGION = "cn-hangzhou";
export const OTHER_ACCOUNT: AccessKey = { id: "other-id", secret: "other-only", account: "2000000000000002" };

type OnTestFinished = TestContext["onTestFinished"];

/** How a client calls. */
interface ClientOptions {
  accessKey?: AccessKey;
  /** Of one request. A test in which nothing is answered waits no longer. */
  timeoutMs?: number;
}

/** An emulator of the test's own, and a client of it. */
export async function startEcs(
  onTestFinished: OnTestFinished,
  options: EcsEmulatorOptions = {},
  clientOptions: ClientOptions = {},
) {
  const emulator = await startEcsEmulator({ hasFastKeys: true, ...options });
  onTestFinished(() => emulator.close());
  return { emulator, backend: connect(onTestFinished, emulator, clientOptions) };
}

/** A client as a new process has it. */
export function connect(
  onTestFinished: OnTestFinished,
  { endpoint }: EcsEmulator,
  { accessKey = TEST_ACCESS_KEY, ...httpOptions }: ClientOptions = {},
): AlibabaBackend {
  const http = new HttpPool(httpOptions);
  onTestFinished(() => http.close());
  const credentials = { from: "the test", key: async () => ({ ...accessKey, provider: "static_ak" }) };
  const options = { endpoint: new URL(endpoint), regionId: REGION, credentials, http };
  return new AlibabaBackend({
    client: new EcsClient(options),
    region: REGION,
    endpoint,
    credentialsFrom: credentials.from,
    askOwner: () => askOwner(options),
    release: async () => {},
  });
}
