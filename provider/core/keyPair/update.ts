import { isDeepStrictEqual } from "node:util";
import { fingerprintSha256, readPublicKey } from "../../keys";
import type { Backend, KeyPairRecord } from "../backend";
import { openPlaceOfState, resolvePlace } from "../connection";
import { defined } from "../defined";
import { isKeyPairError, KeyPairError } from "../errors";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { checkPrivateKeyFile, heldKey } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import type { OperationContext, Outcome } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { takesOverKey } from "./compare";
import { keepPrivateKey } from "./create";
import { isLost } from "./keyFile";
import { COMPUTED_PROPERTIES } from "./properties";
import { findCertainly } from "./settle";
import { isOwn, withoutNotes } from "./state";
import { tagChange } from "./tags";

/** Properties whose new values count only once the cloud, or the file, has them. */
const NOT_REACHED_YET = [
  "tags",
  "resourceGroupId",
  "privateKeyFile",
  "privateKeyPassphrase",
  "savePrivateKey",
  "privateKey",
  "connection",
  "__account",
] as const satisfies (keyof KeyPairState)[];

/**
 * Makes the changes that need no replacement: tags and resource group in the cloud, the private key's file on
 * this machine. If one fails, the changes before it are recorded with the failure.
 */
export async function updateKeyPair(
  id: string,
  state: KeyPairState,
  args: CheckedKeyPairArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairState>> {
  const privateKey = privateKeyToKeep(state, args, context);
  const isForFile = privateKey !== undefined && needsFile(state, args);
  if (isForFile) checkWritable(state, args, context);
  const { account } = resolvePlace(args.connection, context.settings, context.catalog);
  const target: KeyPairState = {
    ...computed(state),
    ...withoutNotes(args),
    __ownKey: takesOverKey(state, args)
      ? fingerprintSha256(readPublicKey(args.publicKeyBody ?? ""))
      : state.__ownKey,
    ...defined({
      __account: account,
      privateKey,
      resourceGroupId: args.resourceGroupId ?? state.resourceGroupId,
    }),
  };
  const reached = { ...target };
  for (const name of NOT_REACHED_YET) adopt(reached, state, name);
  try {
    await changeInCloud(id, reached, target, context);
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { id, state: reached, incomplete: error.with({ keyPairName: id }) };
  }
  return isForFile ? keepPrivateKey({ id, state: target }, context, state) : { id, state: target };
}

/** Brings the cloud from `reached` to `target`, and records its progress in `reached`. */
async function changeInCloud(
  id: string,
  reached: KeyPairState,
  target: KeyPairState,
  context: OperationContext,
): Promise<void> {
  const tags = tagChange(reached.tags ?? {}, target.tags ?? {}, context.settings.ignoreTags);
  const group = target.resourceGroupId === reached.resourceGroupId ? undefined : target.resourceGroupId;
  const isElsewhere =
    target.__account !== reached.__account || !isDeepStrictEqual(target.connection, reached.connection);
  if (!tags && group === undefined && !isElsewhere) return;
  // Uses the new connection. If it does not find the pair, the state must keep the old connection.
  const backend = await openPlaceOfState(target, context);
  await assertOwn(id, target, [reached.resourceGroupId, target.resourceGroupId], backend, context);
  adopt(reached, target, "connection");
  adopt(reached, target, "__account");
  if (tags) {
    await backend.changeTags?.(id, tags, context.operation);
    adopt(reached, target, "tags");
  }
  if (group !== undefined) {
    await backend.moveToResourceGroup?.(id, group, context.operation);
    adopt(reached, target, "resourceGroupId");
  }
}

/**
 * Ensures that a pair of the same name that belongs to somebody else is not changed.
 * @param resourceGroupIds  Where the pair may be: it may have been moved by a call whose reply was lost.
 */
async function assertOwn(
  id: string,
  state: KeyPairState,
  resourceGroupIds: readonly (string | undefined)[],
  backend: Backend,
  { operation }: OperationContext,
): Promise<void> {
  const isMeant = (found: KeyPairRecord) => isOwn(state, found);
  let record: KeyPairRecord | undefined;
  for (const resourceGroupId of new Set(resourceGroupIds)) {
    const sought = { name: id, createdAt: state.createdAt, resourceGroupId };
    record ??= await findCertainly(backend, sought, operation, isMeant);
  }
  await assertSameOwner(state, record, backend, operation);
  if (record && isOwn(state, record)) return;
  throw new KeyPairError({
    code: record ? "Refused" : "NotFound",
    keyPairName: id,
    message: record
      ? `somebody replaced the key of key pair "${id}" (${backend.location}), so it is not changed`
      : `there is no key pair "${id}" (${backend.location}) any more`,
    next: "Run `pulumi up --refresh` to take this into the state and go on. If another connection leads to the pair, put that back first.",
  });
}

/**
 * The file was written when the state took its name. Other changes do not write it, because not every machine
 * needs to have the file.
 */
function needsFile(state: KeyPairState, args: CheckedKeyPairArgs): boolean {
  return isOtherFile(state, args) || args.savePrivateKey === false || isLost(args);
}

/** Whether the arguments want another file, or the same one encrypted otherwise. */
function isOtherFile(state: KeptKey, args: CheckedKeyPairArgs): boolean {
  return (
    args.privateKeyFile !== state.privateKeyFile || args.privateKeyPassphrase !== state.privateKeyPassphrase
  );
}

/**
 * Checks, before the cloud is called, that the file can be written. The check of the arguments cannot do
 * this, because it does not know the pair's own key.
 */
function checkWritable(
  { keyPairName, __ownKey }: KeyPairState,
  { privateKeyFile }: CheckedKeyPairArgs,
  { run, settings }: OperationContext,
): void {
  if (privateKeyFile === undefined) return;
  const file = fileOf(privateKeyFile, settings.projectFolder);
  try {
    checkPrivateKeyFile(
      file,
      (fingerprint) => fingerprint === __ownKey || run.knownKeyFiles.has(file, fingerprint),
    );
  } catch (error) {
    throw isKeyPairError(error) ? error.with({ keyPairName }) : error;
  }
}

/** Where a pair's private key is: in the state, or in a file. */
type KeptKey = Pick<
  KeyPairState,
  "keyPairName" | "__ownKey" | "privateKey" | "privateKeyFile" | "privateKeyPassphrase" | "savePrivateKey"
>;

/**
 * The private key that the new arguments want in the state or a file. It comes from the state or from a file.
 */
export function privateKeyToKeep(
  state: KeptKey,
  args: CheckedKeyPairArgs,
  { settings }: Pick<OperationContext, "settings">,
): string | undefined {
  if (state.privateKey !== undefined || args.publicKeyBody !== undefined) return state.privateKey;
  const isWanted =
    isOtherFile(state, args) || (args.savePrivateKey !== false && state.savePrivateKey === false);
  if (!isWanted) return undefined;
  let encryptedFile: string | undefined;
  for (const path of [state.privateKeyFile, args.privateKeyFile]) {
    const held = path === undefined ? undefined : heldKey(fileOf(path, settings.projectFolder));
    if (held?.holds !== "key" || held.fingerprint !== state.__ownKey) continue;
    if (held.privateKey !== undefined) return held.privateKey;
    encryptedFile ??= path;
  }
  const file = encryptedFile ?? state.privateKeyFile ?? "its file";
  throw new KeyPairError({
    code: "File",
    property: "privateKeyFile",
    keyPairName: state.keyPairName,
    message:
      `the private key ${state.__ownKey} is not in the state (savePrivateKey was false), and ${file} ` +
      (encryptedFile ? "holds it encrypted with a passphrase" : "does not hold it on this machine"),
    next: encryptedFile
      ? "Remove the passphrase from the file for the time of this run, with ssh-keygen -p -f FILE or in PuTTYgen."
      : "Run this where that file is, or copy it here.",
  });
}

/** What the cloud and the key said. Without the other forms of the private key, which the plugin stores: they would outlive it. */
function computed(state: KeyPairState): Pick<KeyPairState, (typeof COMPUTED_PROPERTIES)[number]> {
  const entries = COMPUTED_PROPERTIES.filter((name) => state[name] !== undefined).map((name) => [
    name,
    state[name],
  ]);
  const { privateKeyOpenssh: _computedAgain, privateKeyPem: __, ...lasting } = Object.fromEntries(entries);
  return lasting;
}

function adopt<K extends (typeof NOT_REACHED_YET)[number]>(
  into: KeyPairState,
  from: KeyPairState,
  name: K,
): void {
  if (from[name] === undefined) delete into[name];
  else into[name] = from[name];
}
