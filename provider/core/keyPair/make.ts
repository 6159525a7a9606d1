import {
  fingerprintSha256,
  formatPublicKeyLine,
  generateKeyPair,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../keys";
import type { Backend, CreateKeyPairRequest, KeyPairRecord } from "../backend";
import { isKeyPairError, KeyPairError } from "../errors";
import type { CheckedKeyPairArgs, OnExisting } from "../model";
import { heldKey } from "../privateKeyFile/write";
import type { LifecycleContext } from "../resource/contract";
import { resolveGeneration, sameKeyLine } from "./changes";
import { fingerprintOf, isMadeSince, type MadeKeyPair } from "./state";
import { tagChange } from "./tags";
import { deleteIfUnused, deleteWhenFree, findSettled } from "./waiting";

/** Where the key comes from: a known public key is imported, else the cloud makes one. */
type KeySource = ImportSource | { from: "cloud" };
interface ImportSource {
  from: "import";
  publicKey: string;
  privateKey?: string;
  /** The key was made for this call, so nobody else can have it. */
  isNew?: true;
}

/** Enough for a lost reply, a pair in the way and one more lost reply; what still fails then is no accident. */
const MOST_ATTEMPTS = 5;

/** One pair that is being made, from the first call to the certain end. */
interface Making {
  readonly request: CreateKeyPairRequest;
  readonly onExisting: OnExisting;
  readonly backend: Backend;
  readonly context: LifecycleContext;
  source: KeySource;
  /** Where a pair is found that was made since, it is this call's: the name or the key is new, or no pair had the name before. */
  readonly isNew: boolean;
  readonly startedAt: number;
  /** A reply was lost, and nothing that was seen since says what came of the request. */
  isUncertain: boolean;
}

/**
 * Makes the pair, and answers only once it is certain what the cloud holds: a lost reply is looked up, never just sent again.
 *
 * An import whose pair is there with the same key is done. A pair that the cloud made and whose private key never arrived is
 * of no use to anybody: it is deleted and made again, but only when it is surely this call's (it was not there before, and it
 * was made since).
 */
export async function makeKeyPair(
  args: CheckedKeyPairArgs,
  backend: Backend,
  context: LifecycleContext,
): Promise<MadeKeyPair> {
  const making = await begin(args, backend, context);
  const entry = context.journal.begin(context.urn, {
    name: args.keyPairName,
    location: backend.location,
    ...(making.source.from === "import"
      ? { importedKey: fingerprintSha256(readPublicKey(making.source.publicKey)) }
      : {}),
    isNew: making.isNew,
    startedAt: making.startedAt,
    endsBy: context.operation.deadline,
  });
  try {
    const made = await untilCertain(making);
    entry.returned(fingerprintOf({ ...made.record, publicKey: made.publicKey }));
    return made;
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    // What is not certain stays in the journal, for the next run.
    if (making.isUncertain) throw uncertain(error, args.keyPairName);
    entry.nothingMade();
    throw error;
  }
}

async function untilCertain(making: Making): Promise<MadeKeyPair> {
  const { backend, context } = making;
  const { name } = making.request;
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(making);
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      if (making.source.from === "cloud" && isGenerationUnsupported(error)) {
        context.warn(
          `${backend.location} makes no keys: the key of "${name}" was made by this process, and only its public half was sent.`,
        );
        making.source = await localKey("rsa");
        continue;
      }
      if (error.code === "OutcomeUnknown") making.isUncertain = true;
      const isUnsettled = isKeyPairError(error, "OutcomeUnknown", "AlreadyExists");
      if (!isUnsettled || attempt === MOST_ATTEMPTS) throw error.with({ keyPairName: name });
      const found = await findSettled(backend, name, context.operation);
      if (!found) continue;
      const settle = making.isUncertain ? settleLostReply : settleExisting;
      const settled = await settle(making, found, error);
      making.isUncertain = false;
      if (settled) return settled;
    }
  }
}

async function begin(args: CheckedKeyPairArgs, backend: Backend, context: LifecycleContext): Promise<Making> {
  const { keyPairName: name, tags, resourceGroupId } = args;
  const source = await keySource(args, context.replacedKey);
  // Only a pair that the cloud makes under a name that others may use too needs a look: it tells ours from theirs.
  const isNew =
    args.__automaticName === true ||
    (source.from === "import"
      ? source.isNew === true
      : (await backend.findKeyPair(name, "sweep", context.operation)) === undefined);
  return {
    request: {
      name,
      ...(tags ? { tags } : {}),
      ...(resourceGroupId === undefined ? {} : { resourceGroupId }),
    },
    onExisting: args.onExisting ?? "fail",
    backend,
    context,
    source,
    isNew,
    startedAt: Date.now(),
    isUncertain: false,
  };
}

async function send({ source, request, backend, context: { operation } }: Making): Promise<MadeKeyPair> {
  if (source.from === "import") {
    const record = await backend.importKeyPair({ ...request, publicKey: source.publicKey }, operation);
    return madeOf(record, source);
  }
  const { privateKey, ...record } = await backend.createKeyPair(request, operation);
  return { record, privateKey, publicKey: publicHalf(privateKey) ?? record.publicKey ?? "" };
}

/** A pair is there and our reply was lost: it is done, or ours to make again (`undefined`), or somebody else's. */
async function settleLostReply(
  making: Making,
  found: KeyPairRecord,
  lost: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { source, onExisting, isNew, startedAt, backend, context } = making;
  if (source.from === "import") {
    const isDone = holds(found, source.publicKey) && onExisting !== "adopt";
    return isDone ? madeOf(found, source) : settleExisting(making, found, lost);
  }
  if (onExisting === "recreate") return settleExisting(making, found, lost);
  if (!isNew || !isMadeSince(found.createdAt, startedAt)) {
    throw alreadyExists(
      making,
      found,
      "and the reply that would tell whether this call made it was lost",
      lost,
    );
  }
  context.operation.progress(
    `the private key of "${found.name}" was lost with the reply; making the pair again`,
  );
  if (await deleteIfUnused(backend, found.name, context.operation)) return undefined;
  throw alreadyExists(making, found, "and instances use it, so it is another run's", lost);
}

/** Somebody else's pair has the name: what `onExisting` says. `undefined`: the name is free now. */
async function settleExisting(
  making: Making,
  found: KeyPairRecord,
  refusal: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { source, onExisting, backend, context } = making;
  switch (onExisting) {
    case "recreate":
      context.operation.progress(`deleting the key pair "${found.name}" that is there, as onExisting says`);
      await deleteWhenFree(backend, found.name, context.operation);
      return undefined;
    case "adopt":
      if (source.from === "cloud")
        throw alreadyExists(
          making,
          found,
          "and its private key is not known, so it cannot be adopted",
          refusal,
        );
      if (!holds(found, source.publicKey))
        throw alreadyExists(making, found, "with another key, so it cannot be adopted", refusal);
      await alignAdopted(making, found);
      return madeOf(found, source);
    case "fail": {
      const isSame = source.from === "import" && holds(found, source.publicKey);
      throw alreadyExists(making, found, isSame ? "with this very key" : "with another key", refusal);
    }
  }
}

/** An adopted pair gets the tags and the resource group that the program says; where it says none, they are another tool's. */
async function alignAdopted(
  { request, backend, context: { operation } }: Making,
  found: KeyPairRecord,
): Promise<void> {
  const { name, tags, resourceGroupId } = request;
  const change = tags && tagChange(found.tags ?? {}, tags);
  if (change) await backend.changeTags?.(name, change, operation);
  if (resourceGroupId !== undefined && resourceGroupId !== found.resourceGroupId) {
    await backend.moveToResourceGroup?.(name, resourceGroupId, operation);
  }
}

async function keySource(args: CheckedKeyPairArgs, replacedKey: string | undefined): Promise<KeySource> {
  const { publicKeyBody, keyGeneration, onExisting, privateKeyFile } = args;
  if (publicKeyBody !== undefined) return { from: "import", publicKey: publicKeyBody };
  const held = onExisting === "adopt" && privateKeyFile !== undefined ? heldKey(privateKeyFile) : undefined;
  // The user holds the private key of an earlier run: that key is the one to take over, unless it is being replaced.
  if (held?.holds === "key" && held.fingerprint !== replacedKey) return importOf(held.privateKey);
  const { source, type, bits } = resolveGeneration(keyGeneration);
  return source === "cloud" ? { from: "cloud" } : localKey(type ?? "rsa", bits);
}

async function localKey(type: "rsa" | "ecdsa" | "ed25519", bits?: number): Promise<KeySource> {
  const { privateKey } = await generateKeyPair({ type, ...(bits === undefined ? {} : { bits }) });
  return { ...importOf(privateKey), isNew: true };
}

/** `undefined` where the cloud's private key is of a kind that we cannot read: it is kept as it came, and nothing is lost. */
function publicHalf(privateKey: string): string | undefined {
  try {
    return formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return undefined;
  }
}

function importOf(privateKey: string): ImportSource {
  return { from: "import", publicKey: formatPublicKeyLine(publicKeyOfPrivateKey(privateKey)), privateKey };
}

function madeOf(record: KeyPairRecord, { publicKey, privateKey }: ImportSource): MadeKeyPair {
  return { record, publicKey, ...(privateKey === undefined ? {} : { privateKey }) };
}

function holds(record: KeyPairRecord, publicKey: string): boolean {
  return record.publicKey !== undefined && sameKeyLine(record.publicKey, publicKey);
}

function isGenerationUnsupported({ code, details }: KeyPairError): boolean {
  return code === "Refused" && details.cloudCode === "GenerationUnsupported";
}

/** The failure after a lost reply that could not be settled: the pair may be there. */
function uncertain(error: KeyPairError, keyPairName: string): KeyPairError {
  if (error.code === "AlreadyExists") return error;
  return error.with({
    keyPairName,
    message: `nobody knows whether key pair "${keyPairName}" was made, because a reply was lost: ${error.details.message}`,
    next: "Run `pulumi up` again on this machine: it looks for the pair, and takes it over or removes it.",
  });
}

function alreadyExists(
  { source }: Making,
  found: KeyPairRecord,
  how: string,
  cause: KeyPairError,
): KeyPairError {
  return new KeyPairError({
    ...cause.details,
    code: "AlreadyExists",
    keyPairName: found.name,
    message: `a key pair "${found.name}" is there already, ${how} (fingerprint ${found.fingerprint}${found.createdAt ? `, made ${found.createdAt}` : ""})`,
    next: waysOut(found, source),
    cause,
  });
}

function waysOut(found: KeyPairRecord, source: KeySource): string {
  if (source.from === "cloud")
    return 'Choose another keyPairName, delete that pair, or let onExisting: "recreate" delete it first.';
  const renamed = " Of a resource that was only renamed in the program, an alias keeps the pair.";
  return (
    'Choose another keyPairName, delete that pair, or say with onExisting what to do: "adopt" takes a pair over that has the ' +
    `same public key, "recreate" deletes it first.${holds(found, source.publicKey) ? renamed : ""}`
  );
}
