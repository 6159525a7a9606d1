import type { KeyPairRecord } from "../backend";
import { KeyPairError } from "../errors";
import type { OnExisting } from "../model";
import { fingerprintOf } from "./keyFacts";
import { holds, isGiven, isSame, isUnique, type KeyOrigin, type Making, madeOf } from "./making";
import { type Deletion, deleteIfUnused, deleteWhenFree } from "./settle";
import { isMadeSince, isSameAs, type MadeKeyPair } from "./state";
import { tagChange, tagsSaid } from "./tags";

/* What becomes of a pair that has the name already: it is the one that a lost reply was about, or somebody else's. */

/**
 * Our reply was lost, and a pair is there. Either it is our finished pair, or it is ours and must be made
 * again (`undefined`), or it is somebody else's.
 */
export async function settleLostReply(
  making: Making,
  found: KeyPairRecord,
  lost: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { origin, onExisting, before, startedAt, backend, context } = making;
  // The clocks of this machine and the cloud may be far apart, and then only a unique name or key tells.
  const isOurs = !isSame(before, found) && (isUnique(making) || isMadeSince(found.createdAt, startedAt));
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
  // A late read had shown what an earlier try of this call made.
  if (deletion.left) return settleLostReply(making, deletion.left, lost);
  noteDeletion(making, deletion);
  return undefined;
}

/** Somebody else's pair has the name: does what `onExisting` says. `undefined`: the name is free now. */
export async function settleExisting(
  making: Making,
  found: KeyPairRecord,
  refusal: KeyPairError,
): Promise<MadeKeyPair | undefined> {
  const { origin, onExisting, backend, context } = making;
  if (onExisting !== "fail") await assertNoOthersOfProgram(making, found);
  switch (onExisting) {
    case "recreate":
      context.operation.progress(`deleting the key pair "${found.name}" that is there, as onExisting says`);
      noteDeletion(making, await deleteWhenFree(backend, making.request, isSameAs(found), context.operation));
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

/** With the pair, all is gone that a lost reply may have made. If none was found, the read may have been late. */
function noteDeletion(making: Making, { deleted }: Deletion): void {
  if (deleted) making.isUncertain = false;
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
