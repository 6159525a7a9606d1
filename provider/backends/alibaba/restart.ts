import type { Operation } from "../../core/backend";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { pause } from "../../core/pause";
import { groups } from "../../transport/groups";
import { MOST } from "./api";
import type { EcsCaller } from "./client";
import { INSTANCE_NOT_READY } from "./errorCodes";

const POLL_MS = 2_000;
/** An instance that is restarted leaves the status Running within this time. */
const LEAVES_WITHIN_MS = 30_000;

const RUNNING = "Running";

/** Those of the instances that run. Instances that are gone are left out. */
export async function runningInstances(
  client: EcsCaller,
  instanceIds: string[],
  operation: Operation,
): Promise<string[]> {
  const running: string[] = [];
  for (const group of groups(instanceIds, MOST.instancePage)) {
    const request = { InstanceIds: JSON.stringify(group), MaxResults: MOST.instancePage };
    const reply = await client.call("DescribeInstances", request, operation);
    for (const instance of reply.requiredList("Instances", "Instance")) {
      if (instance.text("Status") === RUNNING) running.push(instance.requiredText("InstanceId"));
    }
  }
  return instanceIds.filter((id) => running.includes(id));
}

/**
 * Restarts an instance, and resolves when it runs again. After a lost reply it looks first whether the
 * instance restarts: nobody wants a second restart.
 */
export async function restartInstance(
  client: EcsCaller,
  instanceId: string,
  operation: Operation,
): Promise<void> {
  for (;;) {
    try {
      await client.call("RebootInstance", { InstanceId: instanceId }, operation);
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      const isNotReady = error.details.cloudCode === INSTANCE_NOT_READY;
      if (!isNotReady && error.code !== "OutcomeUnknown") throw error;
      if (Date.now() + POLL_MS >= operation.deadline) throw error;
      if (isNotReady) await pause(POLL_MS, operation.signal);
      if (isNotReady || !(await leavesRunning(client, instanceId, operation))) continue;
    }
    await leavesRunning(client, instanceId, operation);
    return runsAgain(client, instanceId, operation);
  }
}

/** Whether the instance is seen in another status than Running. */
async function leavesRunning(client: EcsCaller, instanceId: string, operation: Operation): Promise<boolean> {
  const until = Math.min(Date.now() + LEAVES_WITHIN_MS, operation.deadline);
  while (await isRunning(client, instanceId, operation)) {
    if (Date.now() + POLL_MS >= until) return false;
    await pause(POLL_MS, operation.signal);
  }
  return true;
}

async function runsAgain(client: EcsCaller, instanceId: string, operation: Operation): Promise<void> {
  while (!(await isRunning(client, instanceId, operation))) {
    operation.progress(`waiting until ${instanceId} runs again`);
    if (Date.now() + POLL_MS >= operation.deadline) {
      throw new KeyPairError({
        code: "DeadlineExceeded",
        message: `${instanceId} was restarted, and does not run yet`,
        next: "Look at the instance.",
      });
    }
    await pause(POLL_MS, operation.signal);
  }
}

async function isRunning(client: EcsCaller, instanceId: string, operation: Operation): Promise<boolean> {
  return (await runningInstances(client, [instanceId], operation)).length > 0;
}
