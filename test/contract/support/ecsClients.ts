import type { TestContext } from "vitest";
import { AlibabaBackend } from "../../../provider/backends/alibaba/backend";
import { EcsClient } from "../../../provider/backends/alibaba/client";
import { HttpPool } from "../../../provider/transport/http";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../../emulator/ecs/server";

export const REGION = "cn-hangzhou";

/** Short, for tests in which nothing is answered. */
const TIMEOUT_MS = 1_000;

type OnTestFinished = TestContext["onTestFinished"];

/** An emulator of the test's own, and a client of it. */
export async function startEcs(onTestFinished: OnTestFinished, options: EcsEmulatorOptions = {}) {
  const emulator = await startEcsEmulator({ hasFastKeys: true, ...options });
  onTestFinished(() => emulator.close());
  return { emulator, backend: connect(onTestFinished, emulator) };
}

/** A client as a new process has it. */
export function connect(onTestFinished: OnTestFinished, { endpoint }: EcsEmulator): AlibabaBackend {
  const http = new HttpPool({ timeoutMs: TIMEOUT_MS });
  onTestFinished(() => http.close());
  const credentials = async () => ({ ...TEST_ACCESS_KEY, provider: "static_ak" });
  const client = new EcsClient({ endpoint: new URL(endpoint), regionId: REGION, credentials, http });
  return new AlibabaBackend(client, REGION, async () => {});
}
