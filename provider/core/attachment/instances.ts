import type { AttachmentClient, Backend, InstanceFailure } from "../backend";
import { isKeyPairError, KeyPairError } from "../errors";
import type { OperationContext } from "../resource/contract";

/**
 * Attaches, and warns that running instances use the key only after a restart. Returns the instances that
 * failed.
 */
export async function attach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  context: OperationContext,
): Promise<InstanceFailure[]> {
  if (instanceIds.length === 0) return [];
  const failures = await clientOf(backend).attach(name, instanceIds, context.operation);
  const attached = without(instanceIds, failed(failures));
  if (attached.length > 0) {
    context.warn(
      `key pair "${name}" takes effect on running instances when they are restarted: ${attached.join(", ")}.`,
    );
  }
  return failures;
}

/** A cloud does not delete an attached pair, so a pair that is gone is already detached. */
export async function detach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation }: OperationContext,
): Promise<InstanceFailure[]> {
  if (instanceIds.length === 0) return [];
  try {
    return await clientOf(backend).detach(name, instanceIds, operation);
  } catch (error) {
    if (isKeyPairError(error, "NotFound")) return [];
    throw error;
  }
}

export function clientOf(backend: Backend): AttachmentClient {
  if (backend.attachments) return backend.attachments;
  throw new KeyPairError({
    code: "Refused",
    message: `${backend.location} does not attach key pairs to instances`,
  });
}

/** `undefined` when nothing failed. Groups instances by reason, because there may be a hundred of them. */
export function partialFailure(
  what: string,
  keyPairName: string,
  failures: InstanceFailure[],
): KeyPairError | undefined {
  if (failures.length === 0) return undefined;
  const instances = new Map<string, string[]>();
  for (const { instanceId, cloudCode, message } of failures) {
    const reason = `${message}${cloudCode ? ` (${cloudCode})` : ""}`;
    instances.set(reason, [...(instances.get(reason) ?? []), instanceId]);
  }
  const each = [...instances].map(([reason, ids]) => `${ids.join(", ")}: ${reason}`);
  return new KeyPairError({
    code: "Refused",
    keyPairName,
    message: `key pair "${keyPairName}" could not be ${what} ${failures.length === 1 ? "an instance" : `${failures.length} instances`}: ${each.join("; ")}`,
    next: "Fix these, or take them out of instanceIds, and run `pulumi up` again.",
  });
}

export function failed(failures: InstanceFailure[]): string[] {
  return failures.map(({ instanceId }) => instanceId);
}

export function without(ids: string[], others: string[]): string[] {
  return ids.filter((id) => !others.includes(id));
}
