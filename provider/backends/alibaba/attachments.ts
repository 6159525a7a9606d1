import type { AttachmentClient, InstanceFailure, Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError } from "../../core/errors";
import { pause, withOvertime } from "../../core/pause";
import { groups } from "../../transport/groups";
import { MOST } from "./api";
import type { EcsCaller } from "./client";
import { INSTANCE_NOT_READY } from "./errorCodes";
import { restartInstance, runningInstances, untilRunning } from "./restart";

/** An instance needs about a minute to start. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 10_000;

type Change = "AttachKeyPair" | "DetachKeyPair";

/**
 * Binding of key pairs to instances. ECS may answer HTTP 200 although some of the instances failed, or refuse a whole call
 * because of one instance. In both cases the answer names the instances that failed. When one call of several fails and
 * another was carried out, the instances of the failed one count as failures.
 */
export class EcsAttachments implements AttachmentClient {
  constructor(private readonly client: EcsCaller) {}

  attach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]> {
    return this.#changeAndLook("AttachKeyPair", name, instanceIds, operation);
  }

  detach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]> {
    return this.#changeAndLook("DetachKeyPair", name, instanceIds, operation);
  }

  async attachedInstances(name: string, operation: Operation): Promise<string[]> {
    const instanceIds: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page({ KeyPairName: name, NextToken: token }, operation);
      instanceIds.push(...page.instances.map((item) => item.requiredText("InstanceId")));
      token = page.next;
    } while (token !== undefined);
    return instanceIds.sort();
  }

  /**
   * ECS filters by one pair, or tells the pair of every instance of the region. So all instances are read, as long as that takes
   * fewer calls than there are pairs.
   */
  async attachedInstancesOf(
    names: readonly string[],
    operation: Operation,
  ): Promise<ReadonlyMap<string, string[]>> {
    const found = new Map(names.map((name): [string, string[]] => [name, []]));
    let token: string | undefined;
    for (let calls = 1; calls < names.length; calls++) {
      const page = await this.#page({ NextToken: token }, operation);
      for (const item of page.instances)
        found.get(item.text("KeyPairName") ?? "")?.push(item.requiredText("InstanceId"));
      if (page.next === undefined) {
        for (const instanceIds of found.values()) instanceIds.sort();
        return found;
      }
      token = page.next;
    }
    const each = names.map(async (name) => [name, await this.attachedInstances(name, operation)] as const);
    return new Map(await Promise.all(each));
  }

  async #page(filter: { KeyPairName?: string; NextToken: string | undefined }, operation: Operation) {
    const reply = await this.client.call(
      "DescribeInstances",
      defined({ ...filter, MaxResults: MOST.instancePage }),
      operation,
      filter.KeyPairName,
    );
    return { instances: reply.requiredList("Instances", "Instance"), next: reply.text("NextToken") };
  }

  runningInstances(instanceIds: string[], operation: Operation): Promise<string[]> {
    return runningInstances(this.client, instanceIds, operation);
  }

  restart(instanceId: string, operation: Operation): Promise<void> {
    return restartInstance(this.client, instanceId, operation);
  }

  untilRunning(instanceId: string, operation: Operation): Promise<void> {
    return untilRunning(this.client, instanceId, operation);
  }

  async #changeAndLook(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    const isAttached = action === "AttachKeyPair";
    try {
      const failures = await this.#changeWhenReady(action, name, instanceIds, operation);
      return await this.#unlessSettled(failures, name, isAttached, operation);
    } catch (error) {
      // ECS may have carried out calls whose replies were lost until the deadline.
      if (!isKeyPairError(error, "DeadlineExceeded")) throw error;
      const failures = await this.#unlessSettled(failuresOf(instanceIds, error), name, isAttached, operation);
      if (failures.length === instanceIds.length) throw error;
      return failures;
    }
  }

  /**
   * Tries again, until the deadline, with the instances that are just starting or stopping. Rejects only when no instance was
   * changed.
   */
  async #changeWhenReady(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    let failures = await this.#change(action, name, instanceIds, operation);
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const notReady = failures.filter(({ cloudCode }) => cloudCode === INSTANCE_NOT_READY);
      if (notReady.length === 0 || Date.now() + wait >= operation.deadline) return failures;
      const lasting = failures.filter((failure) => !notReady.includes(failure));
      const due = notReady.map(({ instanceId }) => instanceId);
      operation.progress(`waiting for instances that are starting or stopping: ${due.join(", ")}`);
      try {
        await pause(wait, operation.signal);
        failures = [...lasting, ...(await this.#change(action, name, due, operation))];
      } catch (error) {
        // An earlier round may have changed some of the instances, and the state must learn of those.
        if (failures.length === instanceIds.length) throw error;
        return [...lasting, ...failuresOf(due, error)];
      }
    }
  }

  #change(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    return ofAll(groups(instanceIds, MOST.instances), (group) =>
      this.#changeGroup(action, name, group, operation),
    );
  }

  async #changeGroup(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    try {
      const request = { KeyPairName: name, InstanceIds: JSON.stringify(instanceIds) };
      const reply = await this.client.call(action, request, operation, name);
      return reply
        .list("Results", "Result")
        .filter((result) => !result.isTrue("Success"))
        .map((result) =>
          failureOf(result.requiredText("InstanceId"), result.text("Code"), result.text("Message")),
        );
    } catch (error) {
      if (!isKeyPairError(error, "Refused") || error.details.property !== "instanceIds") throw error;
      const [only] = instanceIds;
      if (only !== undefined && instanceIds.length === 1) {
        return [failureOf(only, error.details.cloudCode, error.details.message)];
      }
      const halves = groups(instanceIds, Math.ceil(instanceIds.length / 2));
      return ofAll(halves, (half) => this.#changeGroup(action, name, half, operation));
    }
  }

  /** The failures of instances that are not yet as they should be. Which code ECS gave them does not matter. */
  async #unlessSettled(
    failures: InstanceFailure[],
    name: string,
    shouldBeAttached: boolean,
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    if (failures.length === 0) return failures;
    try {
      const attached = new Set(await this.attachedInstances(name, withOvertime(operation)));
      return failures.filter(({ instanceId }) => attached.has(instanceId) !== shouldBeAttached);
    } catch {
      // If this look-up fails, the answer must still say which instances failed.
      return failures;
    }
  }
}

/** Changes each group. Rejects when all groups fail; otherwise a group that fails is a failure of each of its instances. */
async function ofAll(
  groups: string[][],
  change: (group: string[]) => Promise<InstanceFailure[]>,
): Promise<InstanceFailure[]> {
  const outcomes = await Promise.allSettled(groups.map(change));
  const [first] = outcomes;
  if (first?.status === "rejected" && outcomes.every(({ status }) => status === "rejected"))
    throw first.reason;
  return outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? outcome.value : failuresOf(groups[index] ?? [], outcome.reason),
  );
}

function failuresOf(instanceIds: string[], error: unknown): InstanceFailure[] {
  const { cloudCode, message } = isKeyPairError(error)
    ? error.details
    : { cloudCode: undefined, message: String(error) };
  return instanceIds.map((instanceId) => failureOf(instanceId, cloudCode, message));
}

function failureOf(
  instanceId: string,
  cloudCode: string | undefined,
  message: string | undefined,
): InstanceFailure {
  return defined({ instanceId, message: message ?? "ECS gives no reason", cloudCode });
}
