import { formatPublicKeyLine, generateKeyPair, publicKeyOfPrivateKey } from "../../keys";
import type { Backend, KeyPairRecord } from "../backend";
import { defined } from "../defined";
import { isKeyPairError, KeyPairError } from "../errors";
import type { CheckedKeyPairArgs } from "../model";
import { pause } from "../pause";
import { heldKey } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import type { OperationContext } from "../resource/contract";
import { settleExisting, settleLostReply } from "./found";
import { resolveGeneration } from "./generation";
import {
  type ImportedKey,
  isNewsTo,
  isSame,
  isUnique,
  type KeyOrigin,
  type Making,
  madeOf,
  passesForOurs,
} from "./making";
import { findSettled } from "./settle";
import { type DoubtfulCall, hasNewName, type MadeKeyPair } from "./state";

/** A key that exists already. */
export interface KnownKey {
  /** One OpenSSH line. */
  publicKey: string;
  privateKey?: string;
}

/** What decides, beside the arguments, which key a pair without a public key gets. */
export interface KeyChoice {
  /** The key that it must hold, such as that of the same member of a set in another region. */
  key?: KnownKey | undefined;
  /** The key is made by this process, whatever `keyGeneration` says: several pairs will hold it. */
  isForSeveralPairs?: boolean;
}

/**
 * Enough for a lost reply, a pair in the way and one more lost reply. More failures than that are no
 * accident.
 */
const MOST_ATTEMPTS = 5;

/** Between two tries to take a name that is taken while no pair of that name is visible. */
const FIRST_NAME_WAIT_MS = 1_000;

const LONGEST_NAME_WAIT_MS = 30_000;

/**
 * A reply was lost, and the cloud cannot be asked what the request did. A pair that was made since then, and holds the key that was
 * sent, belongs to this call.
 */
export interface DoubtfulKeyPair extends DoubtfulCall {
  doubt: KeyPairError;
}

/**
 * Makes the pair, and returns only when it is certain what the cloud holds. After a lost reply it looks
 * first, and never just sends the request again.
 *
 * An import is done when there is a pair with its name and key that was not there before. If the cloud made a
 * pair but its private key never arrived, nobody can use the pair. It is then deleted and made again, but
 * only if it surely belongs to this call.
 * @param deleted  The pair of this name that this run deleted just before. A late read may still show it.
 */
export async function makeKeyPair(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: OperationContext,
  choice: KeyChoice = {},
  deleted?: KeyPairRecord,
): Promise<MadeKeyPair | DoubtfulKeyPair> {
  const making = await begin(args, backend, context, choice, deleted);
  try {
    return await untilCertain(making);
  } catch (error) {
    const { isUncertain, startedAt, origin } = making;
    // `AlreadyExists` leaves no doubt: the pair existed before the call.
    if (!isKeyPairError(error) || !isUncertain || error.code === "AlreadyExists") throw error;
    const isKept = !passesForOurs(making);
    const doubt = uncertain(error, args.keyPairName, isKept);
    if (!isKept) throw doubt;
    const publicKey = origin.from === "import" ? origin.publicKey : undefined;
    return { doubt, publicKey, startedAt, endedAt: isUnique(making) ? undefined : Date.now() };
  }
}

async function untilCertain(making: Making): Promise<MadeKeyPair> {
  const { backend, context } = making;
  const { name } = making.request;
  let nameWait = FIRST_NAME_WAIT_MS;
  for (let attempt = 1; ; ) {
    try {
      return await send(making);
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      if (making.origin.from === "cloud" && isGenerationUnsupported(error)) {
        context.warn(
          `${backend.location} makes no keys: the key of "${name}" was made by this process, and only its public half was sent.`,
        );
        making.origin = await localKey("rsa");
        continue;
      }
      if (error.code === "OutcomeUnknown") making.isUncertain = true;
      const isUnsettled = isKeyPairError(error, "OutcomeUnknown", "AlreadyExists");
      // The name may be taken by what a request before this one made.
      const code = isUnsettled && making.isUncertain ? "OutcomeUnknown" : error.code;
      const failure = error.with({ keyPairName: name, code });
      if (!isUnsettled || attempt === MOST_ATTEMPTS) throw failure;
      const found = await findSettled(backend, making.request, context.operation, isNewsTo(making));
      // The time may have been too short to see more than late reads.
      const isLate = found && isSame(making.deleted, found) && Date.now() >= context.operation.deadline;
      if ((!found || isLate) && error.code === "AlreadyExists") {
        // The time limits how long the name is waited for, not the number of tries.
        await waitForName(making, error, nameWait);
        nameWait = Math.min(2 * nameWait, LONGEST_NAME_WAIT_MS);
        continue;
      }
      if (isLate) throw failure;
      attempt++;
      if (!found) continue;
      const settle = making.isUncertain ? settleLostReply : settleExisting;
      const settled = await settle(making, found, error);
      if (settled) return settled;
    }
  }
}

/**
 * The name is taken, and no pair of that name can be seen: the deletion of the one before is answered, but has
 * not ended. That was seen to take minutes. Throws when the time is up.
 */
async function waitForName(
  { request: { name }, backend, context: { operation }, isUncertain }: Making,
  refusal: KeyPairError,
  wait: number,
): Promise<void> {
  const left = operation.deadline - Date.now();
  if (left > 0) {
    operation.progress(
      `waiting for the name "${name}": the deletion of the key pair that had it has not ended`,
    );
    return pause(Math.min(wait, left), operation.signal);
  }
  throw new KeyPairError({
    ...refusal.details,
    code: isUncertain ? "OutcomeUnknown" : "AlreadyExists",
    keyPairName: name,
    message: `the name "${name}" is still taken, although no key pair of that name is visible (${backend.location})`,
    next: "The cloud may need minutes to end a deletion, or these credentials may not see the pair. Run `pulumi up` again later, or choose another keyPairName.",
    cause: refusal,
  });
}

async function begin(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: OperationContext,
  choice: KeyChoice,
  deleted: KeyPairRecord | undefined,
): Promise<Making> {
  const { keyPairName: name, tags, resourceGroupId } = args;
  const origin = await keyOrigin(args, context, choice);
  // A look before the call tells this call's pair from an older one. It must be a look of now: a listing may be
  // minutes old, and somebody may have made a pair since. Of a new name or key nobody can have one.
  const isNewName = hasNewName(args);
  const found = isUnique({ isNewName, origin })
    ? undefined
    : await backend.findKeyPair(name, "exact", context.operation, resourceGroupId);
  return {
    request: defined({ name, tags, resourceGroupId }),
    isNewName,
    onExisting: args.onExisting ?? "fail",
    backend,
    context,
    origin,
    before: found && !isSame(deleted, found) ? found : undefined,
    deleted,
    startedAt: Date.now(),
    isUncertain: false,
  };
}

async function send({ origin, request, backend, context: { operation } }: Making): Promise<MadeKeyPair> {
  if (origin.from === "import") {
    const record = await backend.importKeyPair({ ...request, publicKey: origin.publicKey }, operation);
    return madeOf(record, origin);
  }
  const { privateKey, ...record } = await backend.createKeyPair(request, operation);
  return { record, privateKey, publicKey: publicHalf(privateKey) ?? record.publicKey ?? "" };
}

async function keyOrigin(
  args: CheckedKeyPairArgs,
  context: OperationContext,
  { key, isForSeveralPairs = false }: KeyChoice,
): Promise<KeyOrigin> {
  const { publicKeyBody, keyGeneration, onExisting, privateKeyFile } = args;
  if (publicKeyBody !== undefined) return { from: "import", publicKey: publicKeyBody };
  if (key) return { from: "import", ...key };
  if (onExisting === "adopt" && privateKeyFile !== undefined) {
    const file = fileOf(privateKeyFile, context.settings.projectFolder);
    const held = heldKey(file);
    // The user holds the private key of an earlier run. That key is taken over, unless it is being replaced.
    // An encrypted one stays in its file only.
    if (held.holds === "key" && !context.run.knownKeyFiles.has(file, held.fingerprint))
      return defined({
        from: "import" as const,
        publicKey: formatPublicKeyLine(held.publicKey),
        privateKey: held.privateKey,
      });
  }
  const { source, type, bits } = resolveGeneration(keyGeneration);
  return source === "cloud" && !isForSeveralPairs ? { from: "cloud" } : localKey(type ?? "rsa", bits);
}

async function localKey(type: "rsa" | "ecdsa" | "ed25519", bits?: number): Promise<KeyOrigin> {
  const { privateKey } = await generateKeyPair(defined({ type, bits }));
  return { ...importOf(privateKey), isNew: true };
}

/**
 * `undefined` if we cannot read this kind of private key. It is kept as the cloud sent it, so nothing is
 * lost.
 */
function publicHalf(privateKey: string): string | undefined {
  try {
    return formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return undefined;
  }
}

function importOf(privateKey: string): ImportedKey {
  return { from: "import", publicKey: formatPublicKeyLine(publicKeyOfPrivateKey(privateKey)), privateKey };
}

function isGenerationUnsupported({ code, details }: KeyPairError): boolean {
  return code === "Refused" && details.cloudCode === "GenerationUnsupported";
}

/**
 * The error when it stays unclear, after a lost reply, whether the pair was made.
 * @param isKept  The state keeps the doubt.
 */
function uncertain(error: KeyPairError, keyPairName: string, isKept: boolean): KeyPairError {
  return error.with({
    keyPairName,
    message: `it is not known whether key pair "${keyPairName}" was made, because a reply was lost: ${error.details.message}`,
    next: isKept
      ? "The state keeps that. Run `pulumi up` again: it removes the pair if it is there, and makes it again."
      : "The state does not keep that, because another pair had that name. Look which pair has it now, and delete that one if nobody knows it. Then run `pulumi up` again.",
  });
}
