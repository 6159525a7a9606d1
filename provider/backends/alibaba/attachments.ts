import type { AttachmentClient, InstanceFailure, Operation } from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { groups, MOST } from "./api";
import type { EcsCaller } from "./client";

type Change = "AttachKeyPair" | "DetachKeyPair";

/**
 * Binding of key pairs to instances. ECS answers HTTP 200 also when some of the instances failed, and refuses a whole call for
 * the sake of one instance: either way each failure is pinned on its instance.
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

  async #change(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    const failures = await Promise.all(
      groups(instanceIds, MOST.instances).map((group) => this.#changeGroup(action, name, group, operation)),
    );
    return failures.flat();
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
      return this.#halves(action, name, instanceIds, operation);
    }
  }

  async #halves(
    action: Change,
    name: string,
    instanceIds: string[],
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    const halves = groups(instanceIds, Math.ceil(instanceIds.length / 2));
    const failures = await Promise.all(
      halves.map((half) => this.#changeGroup(action, name, half, operation)),
    );
    return failures.flat();
  }

  /** An instance that is already as it should be is no failure, whatever code ECS has for that. */
  async #unlessSettled(
    failures: InstanceFailure[],
    name: string,
    shouldBeAttached: boolean,
    operation: Operation,
  ): Promise<InstanceFailure[]> {
    if (failures.length === 0) return failures;
    const attached = new Set(await this.attachedInstances(name, operation));
    return failures.filter(({ instanceId }) => attached.has(instanceId) !== shouldBeAttached);
  }
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
