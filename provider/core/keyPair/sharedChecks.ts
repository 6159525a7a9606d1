import type { BackendRules } from "../backend";
import { resolvePlace } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, Connection, KeyPairArgs, Tags } from "../model";
import { checkPrivateKeyFile } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import { checkConnectionKeys } from "../resource/commonChecks";
import type { CheckRequest } from "../resource/contract";
import { about, type Findings } from "../resource/findings";
import { hasUnknown, type MaybeUnknown, UNKNOWN } from "../unknown";
import { checkGeneration } from "./generation";
import { keyInFile } from "./keyFile";

/*
 * The checks that a key pair and a set of them have in common.
 */

type Check = Pick<CheckRequest<object>, "settings" | "catalog" | "run">;

/** Puts the stack's tags below the key pair's own ones. */
export function addDefaultTags(
  news: { tags?: MaybeUnknown<Tags> },
  known: { tags?: Tags },
  defaults: Tags | undefined,
): void {
  const isWrongType = news.tags !== undefined && known.tags === undefined;
  if (defaults === undefined || news.tags === UNKNOWN || isWrongType) return;
  news.tags = { ...defaults, ...news.tags };
  known.tags = { ...defaults, ...known.tags };
}

/** Checks what the cloud's rules say of tags, resource group, user and place, and how a key is to be made. */
export function checkAgainstRules(
  news: { keyGeneration?: unknown },
  { tags, resourceGroupId, userId, connection, keyGeneration }: Partial<KeyPairArgs>,
  rules: BackendRules,
  findings: Findings,
): void {
  for (const [key, reason] of tags ? rules.checkTags(tags) : []) {
    findings.fail("tags", key ? `"${key}": ${reason}` : reason);
  }
  const groupReason = resourceGroupId !== undefined && rules.checkResourceGroup(resourceGroupId);
  if (groupReason) findings.fail("resourceGroupId", groupReason);
  const userReason = userId !== undefined && rules.checkUserId(userId);
  if (userReason) findings.fail("userId", userReason);
  checkConnectionKeys(connection, rules, findings);
  const isWhole = !hasUnknown(news.keyGeneration);
  const generationReason = keyGeneration && isWhole && checkGeneration(keyGeneration);
  if (generationReason) findings.fail("keyGeneration", generationReason);
}

/** A file that a created pair's private key is to be written to. */
export interface KeyFileTarget {
  /** As the program gives it. */
  path: string;
  /** It was written before: a pipeline need not have the folder in which a laptop keeps it. */
  isUnchanged: boolean;
  /** Its folder is not there, and is made before the key is written. */
  isFolderMade?: boolean;
  /** A key in it may be the pair's own: the operation then checks whether it is. */
  mayBeOwn: boolean;
  /** Who keeps its key there, for messages; `undefined`: it may be the same file as another resource's. */
  holder: string | undefined;
  /** The argument that a problem is about. */
  property: string;
}

/**
 * Checks that the private key can be written, and that this would not overwrite anything of the user's. Looks
 * what became of a file that was written before.
 */
export function checkKeyFileTarget(
  { path, isUnchanged, isFolderMade = false, mayBeOwn, holder, property }: KeyFileTarget,
  { run, settings }: Check,
  findings: Findings,
): Pick<CheckedKeyPairArgs, "__keyInFile"> {
  const file = fileOf(path, settings.projectFolder);
  findings.attempt(property, () => {
    const mayHold = (fingerprint: string) => mayBeOwn || run.knownKeyFiles.has(file, fingerprint);
    if (!isUnchanged && !isFolderMade) about(property, () => checkPrivateKeyFile(file, mayHold));
    const other = holder === undefined ? undefined : run.keyFileClaims.claim(holder, file, !isUnchanged);
    if (other !== undefined) {
      findings.fail(
        property,
        `${path} is written by another resource of this program too (${other}): each key pair needs a file of its own.`,
      );
    }
  });
  return isUnchanged ? defined({ __keyInFile: keyInFile(file) }) : {};
}

/** A name that a resource of the program has in a place. */
export interface NameToClaim {
  name: string;
  connection: Connection | undefined;
  userId?: string | undefined;
  /** Whose it is, for messages. */
  holder: string;
  /** The argument that a problem is about. */
  property: string;
}

/** Checks that no other resource of the program has the same name in the same place. */
export function claimName(
  { name, connection, userId, holder, property }: NameToClaim,
  { run, settings, catalog }: Check,
  findings: Findings,
): void {
  const where = findings.attempt("connection", () => placeKey(connection, userId, settings, catalog));
  if (where === undefined) return;
  const other = run.names.claim(holder, where, name);
  if (other === undefined) return;
  findings.fail(
    property,
    `"${name}" is the name of another resource of this program in the same place too (${other}): give each key pair a name of its own.`,
  );
}

/** What tells one place from another, as far as it is known without a call. */
export function placeKey(
  connection: Connection | undefined,
  userId: string | undefined,
  settings: Check["settings"],
  catalog: Check["catalog"],
): string {
  const place = resolvePlace(connection, settings, catalog).connection;
  const { backend, region, endpoint, path, profile, cloud } = place;
  return [backend, region, endpoint, path, profile, cloud, userId].join("\0");
}
