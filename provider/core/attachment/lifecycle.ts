import type { AttachmentClient, Backend, InstanceFailure } from "../backend";
import { resolveConnection } from "../connection";
import { isKeyPairError, KeyPairError } from "../errors";
import { backendOfState, type LifecycleContext, type Outcome } from "../keyPair/lifecycle";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";

/** Attaches the pair to all instances; those that took it are recorded also when others did not. */
export async function createAttachment(
  args: KeyPairAttachmentArgs,
  context: LifecycleContext,
): Promise<Outcome<KeyPairAttachmentState>> {
  const { settings, catalog } = context;
  const { effective, stored } = resolveConnection(args.connection, settings, catalog);
  const backend = await catalog.open(effective, settings.credentials);
  const failures = await attach(args.keyPairName, args.instanceIds, backend, context);
  const state: KeyPairAttachmentState = {
    keyPairName: args.keyPairName,
    instanceIds: without(args.instanceIds, failed(failures)),
    connection: stored,
    backend: backend.name,
    ...(backend.region === undefined ? {} : { region: backend.region }),
  };
  const failure = partialFailure("attached to", args.keyPairName, failures);
  if (!failure) return { id: args.keyPairName, state };
  if (state.instanceIds.length === 0) throw failure;
  return { id: args.keyPairName, state, incomplete: failure };
}

/** Which of the instances have the pair still; `undefined` when none has it. Others that have it are not this resource's. */
export async function readAttachment(
  id: string,
  state: Partial<KeyPairAttachmentState>,
  context: LifecycleContext,
): Promise<Outcome<KeyPairAttachmentState> | undefined> {
  const backend = await backendOfState(state, context);
  const attached = await clientOf(backend).attachedInstances(id, context.operation);
  const instanceIds = state.instanceIds?.filter((instanceId) => attached.includes(instanceId)) ?? attached;
  if (instanceIds.length === 0) return undefined;
  const { stored } = resolveConnection(state.connection, context.settings, context.catalog);
  const region = backend.region === undefined ? {} : { region: backend.region };
  return {
    id,
    state: { connection: stored, ...state, keyPairName: id, instanceIds, backend: backend.name, ...region },
  };
}

/** Attaches first and detaches then, so that a failure leaves more machines reachable, not fewer. */
export async function updateAttachment(
  id: string,
  state: KeyPairAttachmentState,
  args: KeyPairAttachmentArgs,
  context: LifecycleContext,
): Promise<Outcome<KeyPairAttachmentState>> {
  const backend = await backendOfState(state, context);
  const { stored } = resolveConnection(args.connection, context.settings, context.catalog);
  const added = without(args.instanceIds, state.instanceIds);
  const removed = without(state.instanceIds, args.instanceIds);
  const notAttached = await attach(id, added, backend, context);
  let incomplete = partialFailure("attached to", id, notAttached);
  let notDetached = removed;
  try {
    const failures = await detach(id, removed, backend, context);
    notDetached = failed(failures);
    incomplete ??= partialFailure("detached from", id, failures);
  } catch (error) {
    // None was detached, and what was attached must not be lost for that.
    if (!isKeyPairError(error)) throw error;
    incomplete ??= error;
  }
  const instanceIds = [...without(args.instanceIds, failed(notAttached)), ...notDetached];
  return { id, state: { ...state, instanceIds, connection: stored }, ...(incomplete && { incomplete }) };
}

/** Detaches. Instances that are gone, or have another key pair by now, are fine, and so is a pair that is gone. */
export async function deleteAttachment(
  id: string,
  state: KeyPairAttachmentState,
  context: LifecycleContext,
): Promise<void> {
  const backend = await backendOfState(state, context);
  const failures = await detach(id, state.instanceIds, backend, context);
  const failure = partialFailure("detached from", id, failures);
  if (failure) throw failure;
}

async function attach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  context: LifecycleContext,
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

/** A cloud deletes no pair that is attached, so one that is gone was detached before. */
async function detach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation }: LifecycleContext,
): Promise<InstanceFailure[]> {
  if (instanceIds.length === 0) return [];
  try {
    return await clientOf(backend).detach(name, instanceIds, operation);
  } catch (error) {
    if (isKeyPairError(error, "NotFound")) return [];
    throw error;
  }
}

function clientOf(backend: Backend): AttachmentClient {
  if (backend.attachments) return backend.attachments;
  throw new KeyPairError({
    code: "Refused",
    message: `${backend.location} does not attach key pairs to instances`,
  });
}

/** `undefined` when nothing failed. Instances that failed for one reason stand together: there may be a hundred of them. */
function partialFailure(
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
    next: "Mend these, or take them out of instanceIds, and run `pulumi up` again.",
  });
}

function failed(failures: InstanceFailure[]): string[] {
  return failures.map(({ instanceId }) => instanceId);
}

function without(ids: string[], others: string[]): string[] {
  return ids.filter((id) => !others.includes(id));
}
