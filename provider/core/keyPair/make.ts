import { formatPublicKeyLine, generateKeyPair, publicKeyOfPrivateKey } from "../../keys";
import type { Backend, CreateKeyPairRequest, KeyPairRecord } from "../backend";
import { defined } from "../defined";
import { isKeyPairError, KeyPairError } from "../errors";
import type { CheckedKeyPairArgs, OnExisting } from "../model";
import { pause } from "../pause";
import { heldKey } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import type { OperationContext } from "../resource/contract";
import { sameKeyLine } from "./compare";
import { resolveGeneration } from "./generation";
import { deleteIfUnused, deleteWhenFree, findSettled } from "./settle";
import { fingerprintOf, isMadeSince, isSameAs, type MadeKeyPair } from "./state";
import { tagChange, tagsSaid } from "./tags";

/** A known public key is imported; without one the cloud makes the key. */
type KeyOrigin = ImportedKey | { from: "cloud" };
interface ImportedKey {
  from: "import";
  publicKey: string;
  privateKey?: string;
  /** The key was made for this call, so nobody else can have it. */
  isNew?: true;
}

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
export interface DoubtfulKeyPair {
  doubt: KeyPairError;
  /** The key that was sent, as an OpenSSH line; `undefined` if the cloud was to make it. */
  publicKey: string | undefined;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** The making of one pair, from the first call until the result is certain. */
interface Making {
  readonly request: CreateKeyPairRequest;
  readonly onExisting: OnExisting;
  readonly backend: Backend;
  readonly context: OperationContext;
  origin: KeyOrigin;
  /**
   * The pair that had the name just before the call. `undefined`: there was none, or no look was needed
   * because the name or the key was made for this call. A different pair, made after `startedAt`, belongs to
   * this call.
   */
  readonly before: KeyPairRecord | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** A reply was lost, and no later observation tells what the request did. */
  isUncertain: boolean;
}

/**
 * Makes the pair, and returns only when it is certain what the cloud holds. After a lost reply it looks
 * first, and never just sends the request again.
 *
 * An import is done when there is a pair with its name and key that was not there before. If the cloud made a
 * pair but its private key never arrived, nobody can use the pair. It is then deleted and made again, but
 * only if it surely belongs to this call.
 */
export async function makeKeyPair(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: OperationContext,
  choice: KeyChoice = {},
): Promise<MadeKeyPair | DoubtfulKeyPair> {
  const making = await begin(args, backend, context, choice);
  try {
    return await untilCertain(making);
  } catch (error) {
    const { isUncertain, startedAt, origin } = making;
    // `AlreadyExists` leaves no doubt: the pair existed before the call.
    if (!isKeyPairError(error) || !isUncertain || error.code === "AlreadyExists") throw error;
    const isKept = !passesForOurs(making);
    const doubt = uncertain(error, args.keyPairName, isKept);
    if (!isKept) throw doubt;
    return { doubt, startedAt, publicKey: origin.from === "import" ? origin.publicKey : undefined };
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
      if (!isUnsettled || attempt === MOST_ATTEMPTS) {
        // The name may be taken by what a request before this one made.
        const code = isUnsettled && making.isUncertain ? "OutcomeUnknown" : error.code;
        throw error.with({ keyPairName: name, code });
      }
      const isNews = making.isUncertain ? isNewsTo(making) : undefined;
      const found = await findSettled(backend, making.request, context.operation, isNews);
      if (!found && error.code === "AlreadyExists") {
        // The time limits how long the name is waited for, not the number of tries.
        await waitForName(making, error, nameWait);
        nameWait = Math.min(2 * nameWait, LONGEST_NAME_WAIT_MS);
        continue;
      }
      attempt++;
      if (!found) continue;
      const settle = making.isUncertain ? settleLostReply : settleExisting;
      const settled = await settle(making, found, error);
      making.isUncertain = false;
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
): Promise<Making> {
  const { keyPairName: name, tags, resourceGroupId } = args;
  const origin = await keyOrigin(args, context, choice);
  // A look before the call tells this call's pair from an older one. It must be a look of now: a listing may be
  // minutes old, and somebody may have made a pair since. Of a new name or key nobody can have one.
  const isNewName = args.__automaticName === true && args.__configuredName !== true;
  const isNewKey = origin.from === "import" && origin.isNew === true;
  const before =
    isNewName || isNewKey
      ? undefined
      : await backend.findKeyPair(name, "exact", context.operation, resourceGroupId);
  return {
    request: defined({ name, tags, resourceGroupId }),
    onExisting: args.onExisting ?? "fail",
    backend,
    context,
    origin,
    before,
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

/**
 * Our reply was lost, and a pair is there. Either it is our finished pair, or it is ours and must be made
 * again (`undefined`), or it is somebody else's.
 */
async function settleLostReply(
  making: Making,
  found: KeyPairRecord,
  lost: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { origin, onExisting, before, startedAt, backend, context } = making;
  const isAnother = before === undefined || isOtherThan(before)(found);
  const isOurs = isAnother && isMadeSince(found.createdAt, startedAt);
  if (origin.from === "import") {
    const needsAdoption = onExisting === "adopt" && isGiven(origin);
    const isDone = isOurs && holds(found, origin.publicKey) && !needsAdoption;
    return isDone ? madeOf(found, origin) : settleExisting(making, found, lost);
  }
  if (onExisting === "recreate") return settleExisting(making, found, lost);
  if (!isOurs) {
    const how = "and the reply that would tell whether this call made it was lost";
    throw alreadyExists(making, found, how, lost);
  }
  context.operation.progress(
    `the private key of "${found.name}" was lost with the reply; making the pair again`,
  );
  const deletion = await deleteIfUnused(backend, making.request, isSameAs(found), context.operation);
  if (deletion === "in use")
    throw alreadyExists(making, found, "and instances use it, so it is another run's", lost);
  return undefined;
}

/** Somebody else's pair has the name: does what `onExisting` says. `undefined`: the name is free now. */
async function settleExisting(
  making: Making,
  found: KeyPairRecord,
  refusal: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { origin, onExisting, backend, context } = making;
  if (onExisting !== "fail") await assertNoOthersOfProgram(making, found);
  switch (onExisting) {
    case "recreate":
      context.operation.progress(`deleting the key pair "${found.name}" that is there, as onExisting says`);
      await deleteWhenFree(backend, making.request, isSameAs(found), context.operation);
      return undefined;
    case "adopt":
      if (!isGiven(origin))
        throw alreadyExists(
          making,
          found,
          "and its private key is not known, so it cannot be adopted",
          refusal,
        );
      if (!holds(found, origin.publicKey))
        throw alreadyExists(making, found, "with another key, so it cannot be adopted", refusal);
      await alignAdopted(making, found);
      return madeOf(found, origin);
    case "fail": {
      throw alreadyExists(making, found, comparedWith(origin, found), refusal);
    }
  }
}

/**
 * Ensures that the pair is not another resource's of this program, in the same place by other words (a
 * profile and its keys, two endpoints of one account): what one of them does, the other would lose.
 */
async function assertNoOthersOfProgram(
  { backend, context: { operation, run } }: Making,
  found: KeyPairRecord,
): Promise<void> {
  const names = [found.name, fingerprintOf(found)];
  const isMade = await run.made.has(backend, operation, names);
  // A state that does not tell its owner may be of another account, which may have a pair of the same name and key.
  const isKept = (await run.kept.has(backend, operation, names)) === true;
  if (!isMade && !isKept) return;
  throw new KeyPairError({
    code: "AlreadyExists",
    keyPairName: found.name,
    message: `the key pair "${found.name}" that is there (${backend.location}) is another resource's of this program`,
    next: "Give each key pair a name of its own. Nothing was changed.",
  });
}

/** Gives an adopted pair the program's tags and resource group. Other tags belong to other tools. */
async function alignAdopted(
  { request, backend, context: { operation, settings } }: Making,
  found: KeyPairRecord,
): Promise<void> {
  const { name, tags, resourceGroupId } = request;
  const change = tags && tagChange(tagsSaid(tags, found.tags), tags, settings.ignoreTags);
  if (change) await backend.changeTags?.(name, change, operation);
  if (resourceGroupId !== undefined && resourceGroupId !== found.resourceGroupId) {
    await backend.moveToResourceGroup?.(name, resourceGroupId, operation);
  }
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

function madeOf(record: KeyPairRecord, { publicKey, privateKey }: ImportedKey): MadeKeyPair {
  return defined({ record, publicKey, privateKey });
}

/**
 * Whether a record can be what the request made. A late read may still show the pair that had the name before, also one that was
 * deleted a moment ago.
 */
function isNewsTo({ origin, before }: Making): (record: KeyPairRecord) => boolean {
  return (record) =>
    (before === undefined || isOtherThan(before)(record)) &&
    (origin.from === "cloud" || holds(record, origin.publicKey));
}

function isOtherThan(before: KeyPairRecord): (record: KeyPairRecord) => boolean {
  const isSame = isSameAs(before);
  return (record) => !isSame(record);
}

function holds(record: KeyPairRecord, publicKey: string): boolean {
  return record.publicKey !== undefined && sameKeyLine(record.publicKey, publicKey);
}

function isGenerationUnsupported({ code, details }: KeyPairError): boolean {
  return code === "Refused" && details.cloudCode === "GenerationUnsupported";
}

/** Whether the pair that had the name before the call could be taken for the one that the call made. */
function passesForOurs({ before, origin, startedAt }: Making): boolean {
  if (before === undefined) return false;
  return (
    (origin.from === "cloud" || holds(before, origin.publicKey)) && isMadeSince(before.createdAt, startedAt)
  );
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

function alreadyExists(
  { origin, onExisting }: Making,
  found: KeyPairRecord,
  how: string | undefined,
  cause: KeyPairError,
): KeyPairError {
  return new KeyPairError({
    ...cause.details,
    code: "AlreadyExists",
    keyPairName: found.name,
    message: `a key pair "${found.name}" is there already${how ? `, ${how}` : ""} (fingerprint ${found.fingerprint}${found.createdAt ? `, made ${found.createdAt}` : ""})`,
    next: waysOut(found, origin, onExisting),
    cause,
  });
}

/** Whether the key was there before: only then another pair can have it. */
function isGiven(origin: KeyOrigin): origin is ImportedKey {
  return origin.from === "import" && !origin.isNew;
}

/** `undefined` where there is no key to compare with. */
function comparedWith(origin: KeyOrigin, found: KeyPairRecord): string | undefined {
  if (!isGiven(origin)) return undefined;
  return holds(found, origin.publicKey) ? "with this very key" : "with another key";
}

function waysOut(found: KeyPairRecord, origin: KeyOrigin, onExisting: OnExisting): string {
  const interrupted =
    " If an interrupted run left it, `npx pulumi-keypair orphans` tells, and can delete it.";
  if (!isGiven(origin)) {
    const adopted =
      onExisting === "adopt"
        ? "Put its private key at privateKeyFile, or import its public key (publicKeyBody), to adopt it. Or: choose"
        : "Choose";
    return `${adopted} another keyPairName, delete that pair, or let onExisting: "recreate" delete it first.${interrupted}`;
  }
  const renamed = holds(found, origin.publicKey)
    ? " If the resource was only renamed in the program, an alias keeps the pair."
    : "";
  return (
    'Choose another keyPairName, delete that pair, or say with onExisting what to do: "adopt" takes a pair over that has the ' +
    "same public key (with the resource option retainOnDelete, if another stack has it too), " +
    `"recreate" deletes it first.${renamed}${interrupted}`
  );
}
