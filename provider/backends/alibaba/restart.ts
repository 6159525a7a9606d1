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
/** An instance that is stopped, or not there, for longer is not just passing through a restart. */
const STAYS_STOPPED_MS = 30_000;

const RUNNING = "Running";
const STOPPED = "Stopped";

/** Those of the instances that run. Instances that are gone are left out. */
export async function runningInstances(
  client: EcsCaller,
  instanceIds: string[],
  operation: Operation,
): Promise<string[]> {
  const statuses = await statusesOf(client, instanceIds, operation);
  return instanceIds.filter((id) => statuses.get(id) === RUNNING);
}

/**
 * Restarts an instance, and resolves when the restart has surely begun. After a lost reply it looks first
 * whether the instance restarts: nobody wants a second restart. Rejects with `OutcomeUnknown` if it cannot
 * tell. An instance that stays stopped needs none, and neither does one that somebody else restarts.
 */
export async function restartInstance(
  client: EcsCaller,
  instanceId: string,
  operation: Operation,
): Promise<void> {
  for (;;) {
    try {
      await client.call("RebootInstance", { InstanceId: instanceId }, operation);
      return;
    } catch (error) {
      if (isKeyPairError(error, "OutcomeUnknown")) {
        if (await hasBegun(client, instanceId, error, operation)) return;
      } else {
        if (!isKeyPairError(error) || error.details.cloudCode !== INSTANCE_NOT_READY) throw error;
        if ((await statusOf(client, instanceId, operation)) !== RUNNING) {
          operation.progress(`waiting for ${instanceId}, which somebody else starts or stops`);
          await settledStatus(client, instanceId, operation);
          return;
        }
      }
      if (Date.now() + POLL_MS >= operation.deadline) throw error;
      await pause(POLL_MS, operation.signal);
    }
  }
}

/** Whether the restart whose reply was lost has begun. */
async function hasBegun(
  client: EcsCaller,
  instanceId: string,
  lost: KeyPairError,
  operation: Operation,
): Promise<boolean> {
  try {
    return await leavesRunning(client, instanceId, operation);
  } catch {
    throw lost.with({
      message: `it is not known whether ${instanceId} was restarted, because a reply was lost`,
      next: "Look at the instance. It takes the key pair when it is restarted.",
    });
  }
}

/** Resolves when an instance whose restart has begun runs again, and when it stays stopped. */
export async function untilRunning(
  client: EcsCaller,
  instanceId: string,
  operation: Operation,
): Promise<void> {
  await leavesRunning(client, instanceId, operation);
  operation.progress(`waiting until ${instanceId} runs again`);
  await settledStatus(client, instanceId, operation);
}

/** Whether the instance is seen in another status than Running. */
async function leavesRunning(client: EcsCaller, instanceId: string, operation: Operation): Promise<boolean> {
  const until = Math.min(Date.now() + LEAVES_WITHIN_MS, operation.deadline);
  while ((await statusOf(client, instanceId, operation)) === RUNNING) {
    if (Date.now() + POLL_MS >= until) return false;
    await pause(POLL_MS, operation.signal);
  }
  return true;
}

/** The status that the instance stays in: running, stopped, or gone (`undefined`). */
async function settledStatus(
  client: EcsCaller,
  instanceId: string,
  operation: Operation,
): Promise<typeof RUNNING | typeof STOPPED | undefined> {
  let stoppedSince: number | undefined;
  for (;;) {
    const status = await statusOf(client, instanceId, operation);
    if (status === RUNNING) return status;
    if (status === STOPPED || status === undefined) {
      stoppedSince ??= Date.now();
      if (Date.now() - stoppedSince >= STAYS_STOPPED_MS) return status;
    } else stoppedSince = undefined;
    if (Date.now() + POLL_MS >= operation.deadline) throw doesNotRun(instanceId, status);
    await pause(POLL_MS, operation.signal);
  }
}

function doesNotRun(instanceId: string, status: string | undefined): KeyPairError {
  return new KeyPairError({
    code: "DeadlineExceeded",
    message: `${instanceId} does not run yet (${status ?? "ECS does not show it"})`,
    next: "Look at the instance.",
  });
}

async function statusOf(
  client: EcsCaller,
  instanceId: string,
  operation: Operation,
): Promise<string | undefined> {
  return (await statusesOf(client, [instanceId], operation)).get(instanceId);
}

/** Without those that are gone. */
async function statusesOf(
  client: EcsCaller,
  instanceIds: string[],
  operation: Operation,
): Promise<Map<string, string | undefined>> {
  const statuses = new Map<string, string | undefined>();
  for (const group of groups(instanceIds, MOST.instancePage)) {
    const request = { InstanceIds: JSON.stringify(group), MaxResults: MOST.instancePage };
    const reply = await client.call("DescribeInstances", request, operation);
    for (const instance of reply.requiredList("Instances", "Instance"))
      statuses.set(instance.requiredText("InstanceId"), instance.text("Status"));
  }
  return statuses;
}
