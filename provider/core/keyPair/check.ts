import type { BackendRules } from "../backend";
import { resolveConnection } from "../connection";
import { BACKEND_NAMES, type CheckedKeyPairArgs, type KeyPairArgs } from "../model";
import { checkPrivateKeyFile } from "../privateKeyFile/write";
import { checkAgainstSchema } from "../resource/argumentSchema";
import { type CheckRequest, type CheckResult, Findings, withoutPrivateKeys } from "../resource/findings";
import { hasUnknown, knownPart, type PartlyUnknown, UNKNOWN } from "../unknown";
import { checkGeneration, sameKeyLine } from "./changes";
import { automaticName } from "./naming";
import { resolvePublicKey } from "./publicKeySource";

type KeyPairCheck = CheckRequest<KeyPairArgs, CheckedKeyPairArgs>;

/** Checks the arguments without a call, and fills in what only we can: the automatic name and the key of `publicKeyFile`. */
export function checkKeyPair(given: KeyPairCheck): CheckResult<CheckedKeyPairArgs> {
  const findings = new Findings();
  const safe = withoutPrivateKeys(given.news, findings, "publicKeyBody");
  const request = { ...given, news: asWritten(safe, given.olds) };
  const { news } = request;
  const known = checkTypes(news, findings);
  checkCombinations(news, known, findings);
  const rules = rulesOf(request, findings);
  if (rules) checkAgainstRules(news, known, rules, findings);

  const { publicKeyFile } = safe;
  const args: Record<string, unknown> = {
    ...news,
    ...(publicKeyFile === undefined ? {} : { publicKeyFile }),
  };
  if (news.publicKeyBody !== undefined || news.publicKeyFile !== undefined) {
    args["publicKeyBody"] = publicKeyOf(request, known, rules, findings);
  } else checkPrivateKeyTarget(request, known, findings);
  Object.assign(args, nameOf(request, known, rules, findings));
  return {
    args: args as PartlyUnknown<CheckedKeyPairArgs>,
    failures: findings.failures,
    warnings: findings.warnings,
  };
}

/**
 * The arguments as the program says them. For `ignoreChanges` the engine puts the stored ones in their place, and these hold what
 * was filled in here: the automatic name, and the key of `publicKeyFile`, which is then not looked at.
 */
function asWritten(news: KeyPairCheck["news"], olds: KeyPairCheck["olds"]): KeyPairCheck["news"] {
  const { __automaticName: isFilledIn, ...written }: typeof news & { __automaticName?: unknown } = news;
  const isOwnName = olds.__automaticName === true && written.keyPairName === olds.keyPairName;
  if (isOwnName && (isFilledIn !== undefined || written.keyPairNamePrefix !== undefined))
    delete written.keyPairName;
  const isOwnKey = olds.publicKeyFile !== undefined && written.publicKeyBody === olds.publicKeyBody;
  if (isOwnKey && written.publicKeyBody !== undefined) delete written.publicKeyFile;
  return written;
}

/** What is known of the arguments and has the right type; another type is reported, and not looked at any further. */
function checkTypes(news: KeyPairCheck["news"], findings: Findings): Partial<KeyPairArgs> {
  const known = knownPart<KeyPairArgs>(news);
  const given = new Map<string, unknown>(Object.entries(news));
  for (const { property, reason } of checkAgainstSchema(known)) {
    // A member that is not known yet is not missing.
    if (reason.endsWith("is missing") && hasUnknown(given.get(property))) continue;
    findings.fail(property, reason);
    delete known[property as keyof KeyPairArgs];
  }
  return known;
}

/** `undefined` where the backend is not known yet, or is none; that was reported. */
function rulesOf({ news, settings, catalog }: KeyPairCheck, findings: Findings): BackendRules | undefined {
  const { connection } = news;
  const backend: unknown = typeof connection === "object" ? connection.backend : connection;
  const isGiven = BACKEND_NAMES.find((name) => name === backend);
  if (backend !== undefined && isGiven === undefined) return undefined;
  const own = isGiven && { backend: isGiven };
  return findings.attempt("connection", () =>
    catalog.rules(resolveConnection(own, settings, catalog).stored.backend),
  );
}

/** What is not known yet may turn out not to be given at all. */
function checkCombinations(
  news: KeyPairCheck["news"],
  known: Partial<KeyPairArgs>,
  findings: Findings,
): void {
  const isGiven = (name: keyof KeyPairArgs) => news[name] !== undefined && news[name] !== UNKNOWN;
  const exclude = (name: keyof KeyPairArgs, other: keyof KeyPairArgs, why: string) => {
    if (isGiven(name) && isGiven(other))
      findings.fail(name, `cannot be given together with ${other}: ${why}.`);
  };
  exclude("keyPairNamePrefix", "keyPairName", "a full name has no automatic part");
  exclude("publicKeyFile", "publicKeyBody", "there can be one public key only");
  for (const source of ["publicKeyBody", "publicKeyFile"] as const) {
    exclude("privateKeyFile", source, "an imported key pair has no private key to write");
    exclude("keyGeneration", source, "an imported key is not made");
  }
  const isImport = news.publicKeyBody !== undefined || news.publicKeyFile !== undefined;
  if (known.savePrivateKey === false && !isImport && news.privateKeyFile === undefined) {
    findings.fail("savePrivateKey", "false needs privateKeyFile: without it the private key would be lost.");
  }
}

function checkAgainstRules(
  news: KeyPairCheck["news"],
  { tags, resourceGroupId, connection, keyGeneration }: Partial<KeyPairArgs>,
  rules: BackendRules,
  findings: Findings,
): void {
  for (const [key, reason] of tags ? rules.checkTags(tags) : []) {
    findings.fail("tags", key ? `"${key}": ${reason}` : reason);
  }
  const groupReason = resourceGroupId !== undefined && rules.checkResourceGroup(resourceGroupId);
  if (groupReason) findings.fail("resourceGroupId", groupReason);
  for (const key of Object.keys(connection ?? {}) as (keyof NonNullable<typeof connection>)[]) {
    if (key !== "backend" && !rules.connectionKeys.includes(key)) {
      findings.fail(
        "connection",
        `${key} means nothing to the ${rules.backend} backend, which reads ${rules.connectionKeys.join(", ")}.`,
      );
    }
  }
  const isWhole = !hasUnknown(news.keyGeneration);
  const generationReason = keyGeneration && isWhole && checkGeneration(keyGeneration);
  if (generationReason) findings.fail("keyGeneration", generationReason);
}

/** The key to import as one OpenSSH line; the stored line where it is the same key, so that a new comment is no difference. */
function publicKeyOf(
  { news, olds, settings, catalog }: KeyPairCheck,
  known: Partial<KeyPairArgs>,
  rules: BackendRules | undefined,
  findings: Findings,
): unknown {
  if (hasUnknown([news.publicKeyBody, news.publicKeyFile])) return UNKNOWN;
  // What is there is of another type, and was reported.
  if (known.publicKeyBody === undefined && known.publicKeyFile === undefined) return undefined;
  const property = known.publicKeyBody === undefined ? "publicKeyFile" : "publicKeyBody";
  const key = findings.attempt(property, () => resolvePublicKey(known));
  // What cannot be read is not passed on either: it may be a private key.
  if (!key) return undefined;
  if (key.options)
    findings.warnings.push(
      `${property}: the options of the authorized_keys line (${key.options}) are not part of a key pair and are left out.`,
    );
  const where = rules && resolveConnection(known.connection, settings, catalog).effective;
  const verdict = rules?.checkPublicKey(key, key.line, where);
  if (verdict?.verdict === "refuse") findings.fail(property, verdict.reason);
  if (verdict?.verdict === "warn") findings.warnings.push(`${property}: ${verdict.reason}`);
  const stored = olds.publicKeyBody;
  return stored !== undefined && sameKeyLine(stored, key.line) ? stored : key.line;
}

/** That the private key could be written, and over nothing of the user's. */
function checkPrivateKeyTarget(
  { olds, replacedKey, claimFile }: KeyPairCheck,
  { privateKeyFile, onExisting }: Partial<KeyPairArgs>,
  findings: Findings,
): void {
  if (privateKeyFile === undefined) return;
  const anything = olds.privateKeyFile === privateKeyFile;
  // A pair that is there may have been written here before: the update looks whether it is this very key.
  const anyKey = onExisting === "adopt" || olds.keyPairName !== undefined;
  findings.attempt("privateKeyFile", () => {
    checkPrivateKeyFile(privateKeyFile, { anything, anyKey, replacedKey });
    // One that adopts may mean the very key that the other has there.
    const other = onExisting === "adopt" ? undefined : claimFile?.(privateKeyFile, !anything);
    if (other !== undefined) {
      findings.fail(
        "privateKeyFile",
        `${privateKeyFile} is written by another resource of this program too (${other}): each key pair needs a file of its own.`,
      );
    }
  });
}

/** The name as given, the automatic one of before, or a new automatic one. */
function nameOf(
  { logicalName, olds, news, preview, seed }: KeyPairCheck,
  { keyPairName, keyPairNamePrefix }: Partial<KeyPairArgs>,
  rules: BackendRules | undefined,
  findings: Findings,
): Partial<Record<keyof CheckedKeyPairArgs, unknown>> {
  if (news.keyPairName !== undefined) {
    const reason = keyPairName !== undefined && rules?.checkName(keyPairName);
    if (reason) findings.fail("keyPairName", reason);
    return {};
  }
  if (news.keyPairNamePrefix === UNKNOWN) return { keyPairName: UNKNOWN, __automaticName: true };
  const keepsName = olds.__automaticName === true && olds.keyPairNamePrefix === keyPairNamePrefix;
  if (keepsName && olds.keyPairName !== undefined)
    return { keyPairName: olds.keyPairName, __automaticName: true };
  if (!rules) {
    // Outside of a preview the engine takes no unknown, and the failure that left us without rules ends the run.
    const isPreview = preview || hasUnknown(news.connection);
    return isPreview ? { keyPairName: UNKNOWN, __automaticName: true } : {};
  }
  const prefix = keyPairNamePrefix ?? logicalName;
  const name = automaticName(prefix, rules, seed);
  const reason = rules.checkName(name);
  if (reason) {
    const [property, advice] =
      keyPairNamePrefix === undefined
        ? (["keyPairName", " Give a keyPairName or a keyPairNamePrefix."] as const)
        : (["keyPairNamePrefix", ""] as const);
    findings.fail(property, `"${prefix}" cannot start an automatic name: ${reason}${advice}`);
  }
  return { keyPairName: preview ? UNKNOWN : name, __automaticName: true };
}
