import type { AttachmentClient, Backend, InstanceFailure, Operation } from "../backend";
import { isKeyPairError, KeyPairError } from "../errors";
import type { KeyPairAttachmentArgs, KeyPairAttachmentState } from "../model";
import { withOvertime } from "../pause";
import type { OperationContext } from "../resource/contract";
import { type RunMemory, turnOf } from "../resource/runMemory";

/** What became of the instances that the pair was to be attached to. */
export interface Attached {
  failures: InstanceFailure[];
  /** Those that did not have the pair before: while they run, they use its key only after a restart. */
  newly: string[];
}

/** Attaches. Says which instances had the pair before: they may have been restarted since, so they are not now. */
export async function attach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  context: OperationContext,
): Promise<Attached> {
  if (instanceIds.length === 0) return { failures: [], newly: [] };
  const { operation, run, warn } = context;
  const owner = await backend.owner(operation);
  return inTurn(name, instanceIds, backend, context, async () => {
    const attachedBefore = await attachedNow(name, backend, operation);
    // Also of instances that fail: if they have the pair, the program wants them to keep it.
    for (const instanceId of instanceIds) run.attached.add(backend, owner, [name, instanceId]);
    const failures = await clientOf(backend).attach(name, instanceIds, operation);
    const attached = without(instanceIds, failed(failures));
    for (const turn of turnsOf(name, attached, backend)) run.detached.delete(turn);
    const newly = without(attached, attachedBefore ?? []);
    const earlier = without(attached, newly);
    if (earlier.length > 0)
      warn(
        `${earlier.join(", ")} had key pair "${name}" already. If it runs since before that, it takes the key at its next restart.`,
      );
    return { failures, newly };
  });
}

/**
 * Begins when no other resource of the run is about to attach the pair to one of the instances, or to detach it. Ids of instances are
 * unique, so the owner need not be asked.
 */
function inTurn<T>(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation, run }: OperationContext,
  action: () => Promise<T>,
): Promise<T> {
  return run.turns.take(turnsOf(name, instanceIds, backend), operation, action);
}

function turnsOf(name: string, instanceIds: string[], place: Parameters<typeof turnOf>[0]): string[] {
  return instanceIds.map((instanceId) => turnOf(place, undefined, name, instanceId));
}

/**
 * The instances of the state without those that this run detached: another resource that had them too may have given them up
 * before the engine compared this one.
 */
export function stillAttached(
  { keyPairName, instanceIds, backend: name, region }: KeyPairAttachmentState,
  { detached }: RunMemory,
): string[] {
  return instanceIds.filter(
    (instanceId) => !detached.has(turnOf({ name, region }, undefined, keyPairName, instanceId)),
  );
}

/** `undefined` without the right to look at instances: none of them can be restarted then anyway. */
async function attachedNow(
  name: string,
  backend: Backend,
  operation: Operation,
): Promise<string[] | undefined> {
  try {
    return await clientOf(backend).attachedInstances(name, operation);
  } catch (error) {
    if (isKeyPairError(error, "PermissionDenied")) return undefined;
    throw error;
  }
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
        const others = without(pending, [instanceId]);
        try {
          await client.restart(instanceId, operation);
        } catch (error) {
          // It may have been restarted.
          if (isKeyPairError(error, "OutcomeUnknown")) pending = others;
          throw error;
        }
        // What follows may fail, and must not lead to a second restart.
        pending = others;
        await client.untilRunning(instanceId, operation);
      }
    }
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    // Without the right to look at instances, all of them may run.
    if (restartInstances)
      return {
        pendingRestarts: pending.length > 0 ? pending : undefined,
        failure: notRestarted(name, pending, error),
      };
  }
  if (pending.length === 0) return { pendingRestarts: undefined, failure: undefined };
  warn(
    `key pair "${name}" takes effect on running instances when they are restarted: ${pending.join(", ")}.`,
  );
  return { pendingRestarts: pending, failure: undefined };
}

function notRestarted(name: string, pending: string[], cause: KeyPairError): KeyPairError {
  const { message, next } = cause.details;
  const left = `\`pulumi up\` restarts the instances that are left: ${pending.join(", ")}.`;
  const ways = [next, pending.length > 0 ? left : undefined].filter((way) => way !== undefined);
  return new KeyPairError({
    ...cause.details,
    keyPairName: name,
    message: `key pair "${name}" is attached, and the restart of its instances has failed: ${message}`,
    next: ways.join(" "),
    cause,
  });
}

/**
 * Detaches. Leaves the instances that a resource of the program needs: that this run attached to the same pair (for a resource
 * with another name, or the new half of a replacement), or that another resource has since an earlier run. A cloud does not
 * delete an attached pair, so a pair that is gone is already detached.
 */
export async function detach(
  name: string,
  instanceIds: string[],
  backend: Backend,
  context: OperationContext,
): Promise<InstanceFailure[]> {
  if (instanceIds.length === 0) return [];
  return inTurn(name, instanceIds, backend, context, async () => {
    const detached = await withoutNeeded(name, instanceIds, backend, context);
    if (detached.length === 0) return [];
    const { operation, run } = context;
    const attachedBefore = await attachedNow(name, backend, operation);
    const failures = await detachUnlessGone(name, detached, backend, context);
    // A resource that is compared from now on attaches these itself. One that had lost the pair before shows that after a refresh.
    const lost = without(detached, failed(failures)).filter((id) => attachedBefore?.includes(id) ?? true);
    for (const turn of turnsOf(name, lost, backend)) run.detached.add(turn);
    // The engine may have compared another resource only meanwhile, and that one does not attach what it has.
    const needed = without(detached, await withoutNeeded(name, detached, backend, context));
    if (needed.length === 0) return failures;
    await attachAgain(name, needed, backend, operation);
    for (const turn of turnsOf(name, needed, backend)) run.detached.delete(turn);
    return failures.filter(({ instanceId }) => !needed.includes(instanceId));
  });
}

/** Not even an interrupt may leave the instances without the pair: the state of the resource that needs it says that they have it. */
async function attachAgain(
  name: string,
  instanceIds: string[],
  backend: Backend,
  operation: Operation,
): Promise<void> {
  const { signal } = new AbortController();
  const overtime = withOvertime({ ...operation, signal });
  const next = "Another resource of the program needs it there: `pulumi up --refresh` attaches it again.";
  try {
    const failures = await clientOf(backend).attach(name, instanceIds, overtime);
    const failure = partialFailure("attached to", name, failures);
    if (failure) throw failure;
  } catch (error) {
    throw isKeyPairError(error) ? error.with({ keyPairName: name }).withNext(next) : error;
  }
}

async function detachUnlessGone(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation }: OperationContext,
): Promise<InstanceFailure[]> {
  try {
    return await clientOf(backend).detach(name, instanceIds, operation);
  } catch (error) {
    if (isKeyPairError(error, "NotFound")) return [];
    throw error;
  }
}

/** The instances that no resource of the program needs, as far as can be told. */
async function withoutNeeded(
  name: string,
  instanceIds: string[],
  backend: Backend,
  { operation, run, warn }: OperationContext,
): Promise<string[]> {
  const reasons = [
    { attachments: run.attached, reason: "this run attached it again" },
    { attachments: run.keptAttached, reason: "another resource of the program has it" },
  ];
  let left = instanceIds;
  for (const { attachments, reason } of reasons) {
    const needed: string[] = [];
    for (const instanceId of left) {
      if (await attachments.has(backend, operation, [name, instanceId])) needed.push(instanceId);
    }
    if (needed.length > 0)
      warn(
        `${needed.join(", ")} stays attached to key pair "${name}" (${backend.location}), because ${reason}.`,
      );
    left = without(left, needed);
  }
  return left;
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
