import type { AttachmentClient, InstanceFailure, Operation } from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { groups, MOST } from "./api";
import type { EcsCaller } from "./client";

type Change = "AttachKeyPair" | "DetachKeyPair";

/**
 * Binding of key pairs to instances. ECS answers HTTP 200 also when some of the instances failed, and refuses a whole call for
 * the sake of one instance: either way each failure is pinned on its instance, and so is that of a whole call once another
 * one was carried out.
 */
export class EcsAttachments implements AttachmentClient {
  constructor(private readonly client: EcsCaller) {}

  async attach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]> {
    const failures = await this.#change("AttachKeyPair", name, instanceIds, operation);
    return this.#unlessSettled(failures, name, true, operation);
  }

  async detach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]> {
    const failures = await this.#change("DetachKeyPair", name, instanceIds, operation);
    return this.#unlessSettled(failures, name, false, operation);
  }

  async attachedInstances(name: string, operation: Operation): Promise<string[]> {
    const instanceIds: string[] = [];
    let token: string | undefined;
    do {
      const reply = await this.client.call(
        "DescribeInstances",
        {
          KeyPairName: name,
          MaxResults: MOST.instancePage,
          ...(token !== undefined && { NextToken: token }),
        },
        operation,
        name,
      );
      const instances = reply
        .requiredList("Instances", "Instance")
        .map((item) => item.requiredText("InstanceId"));
      instanceIds.push(...instances);
      token = reply.text("NextToken");
    } while (token !== undefined);
    return instanceIds.sort();
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

  /** An instance that is already as it should be is no failure, whatever code ECS has for that. */
  async #unlessSettled(
    failures: InstanceFailure[],
    name: string,
    shouldBeAttached: boolean,
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    if (failures.length === 0) return failures;
    try {
      const attached = new Set(await this.attachedInstances(name, operation));
      return failures.filter(({ instanceId }) => attached.has(instanceId) !== shouldBeAttached);
    } catch {
      // What keeps us from looking must not hide which instances were changed.
      return failures;
    }
  }
}

/** Changes each group. Rejects when none could be changed; else a group that could not is a failure of its instances. */
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
  return {
    instanceId,
    message: message ?? "ECS gives no reason",
    ...(cloudCode !== undefined && { cloudCode }),
  };
}
