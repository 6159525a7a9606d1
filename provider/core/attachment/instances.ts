import type { AttachmentClient, Backend, InstanceFailure } from "../backend";
import { isKeyPairError, KeyPairError } from "../errors";
import type { KeyPairAttachmentArgs } from "../model";
import type { OperationContext } from "../resource/contract";

/**
 * Attaches. Returns the instances that failed. Running instances use the key only after a restart: see
 * `restartOrWarn`.
 */
export async function attach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation, run }: OperationContext,
): Promise<InstanceFailure[]> {
  if (instanceIds.length === 0) return [];
  const owner = await backend.owner(operation);
  // Noted before the call, because another resource may detach the same instance at the same time.
  for (const instanceId of instanceIds) run.attached.add(backend, owner, [name, instanceId]);
  return clientOf(backend).attach(name, instanceIds, operation);
}

/** What became of the restarts that an attachment needs. */
export interface Restarts {
  /** The instances that still have to be restarted; `undefined`: none. */
  pendingRestarts: string[] | undefined;
  failure: KeyPairError | undefined;
}

/**
 * Restarts the instances that run, one after the other, so that not all of them are away at once. Without
 * `restartInstances` it says which ones have to be restarted.
 */
export async function restartOrWarn(
  name: string,
  instanceIds: string[],
  { restartInstances = false }: Pick<KeyPairAttachmentArgs, "restartInstances">,
  backend: Backend,
  { operation, warn }: OperationContext,
): Promise<Restarts> {
  if (instanceIds.length === 0) return { pendingRestarts: undefined, failure: undefined };
  const client = clientOf(backend);
  let pending = instanceIds;
  try {
    pending = await client.runningInstances(instanceIds, operation);
    if (restartInstances) {
      const due = pending;
      for (const [index, instanceId] of due.entries()) {
        operation.progress(`restarting ${instanceId} (${index + 1} of ${due.length})`);
        await client.restart(instanceId, operation);
        pending = without(pending, [instanceId]);
      }
    }
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    // Without the right to look at instances, all of them may run.
    if (restartInstances) return { pendingRestarts: pending, failure: notRestarted(name, pending, error) };
  }
  if (pending.length === 0) return { pendingRestarts: undefined, failure: undefined };
  warn(
    `key pair "${name}" takes effect on running instances when they are restarted: ${pending.join(", ")}.`,
  );
  return { pendingRestarts: pending, failure: undefined };
}

function notRestarted(name: string, pending: string[], cause: KeyPairError): KeyPairError {
  return new KeyPairError({
    ...cause.details,
    keyPairName: name,
    message: `key pair "${name}" is attached, and not all instances were restarted (${pending.join(", ")}): ${cause.details.message}`,
    next: "Run `pulumi up` again: it restarts those that are left.",
    cause,
  });
}

/**
 * Detaches. Leaves the instances that this run attached to the same pair, because a resource of the program
 * needs that: one with another name, or the new half of a replacement. A cloud does not delete an attached
 * pair, so a pair that is gone is already detached.
 */
export async function detach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  context: OperationContext,
): Promise<InstanceFailure[]> {
  const { operation } = context;
  const detached = without(instanceIds, await neededOnes(name, instanceIds, backend, context));
  if (detached.length === 0) return [];
  try {
    return await clientOf(backend).detach(name, detached, operation);
  } catch (error) {
    if (isKeyPairError(error, "NotFound")) return [];
    throw error;
  }
}

/** The instances that this run attached to the same pair, as far as can be told. */
async function neededOnes(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation, run, warn }: OperationContext,
): Promise<string[]> {
  const needed: string[] = [];
  for (const instanceId of instanceIds) {
    if (await run.attached.has(backend, operation, [name, instanceId])) needed.push(instanceId);
  }
  if (needed.length > 0) {
    warn(
      `${needed.join(", ")} stays attached to key pair "${name}" (${backend.location}), because this run attached it again.`,
    );
  }
  return needed;
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
