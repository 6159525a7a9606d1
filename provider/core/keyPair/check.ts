import { passphraseProblem } from "../../keys";
import type { BackendRules } from "../backend";
import { resolvePlace } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, KeyPairArgs } from "../model";
import { registerSecret } from "../redact";
import { checkAgainstSchema } from "../resource/argumentSchema";
import { checkPlace, checkTypes, rulesOf } from "../resource/commonChecks";
import type { Autonaming, CheckRequest, CheckResult } from "../resource/contract";
import { Findings, withoutPrivateKeys } from "../resource/findings";
import { hasUnknown, type PartlyUnknown, UNKNOWN } from "../unknown";
import { sameKeyLine } from "./compare";
import { automaticName } from "./naming";
import { KEY_PAIR_PROPERTIES } from "./properties";
import { KEY_SOURCES, resolvePublicKey } from "./publicKeySource";
import {
  addDefaultTags,
  checkAgainstRules,
  checkKeyFileTarget,
  claimName,
  type KeyFileTarget,
} from "./sharedChecks";

type KeyPairCheck = CheckRequest<KeyPairArgs, CheckedKeyPairArgs>;
type News = KeyPairCheck["news"];

/** For an output that somebody gives as an argument: the argument that they probably mean. */
const MEANT_INSTEAD: Readonly<Record<string, string>> = {
  publicKey: "publicKeyBody",
  backend: "connection.backend",
  region: "connection.region",
  privateKey: "publicKeyFile, which takes the public half of a private key's file",
};

/**
 * Checks the arguments without a call, and fills in what only the provider can: the automatic name and the
 * key of `publicKeyFile`.
 */
export function checkKeyPair(given: KeyPairCheck): CheckResult<CheckedKeyPairArgs> {
  const findings = new Findings();
  const safe = withoutPrivateKeys(given.news, findings, "publicKeyBody");
  const { news, keyInCloud } = asWritten(safe, given.olds);
  const request = { ...given, news };
  const known = checkTypes<KeyPairArgs>(
    news,
    checkAgainstSchema,
    KEY_PAIR_PROPERTIES,
    findings,
    MEANT_INSTEAD,
  );
  checkKeyIsGiven(request, findings);
  checkCombinations(news, known, findings);
  const rules = rulesOf(news.connection, request, findings);
  if (rules?.hasTags) addDefaultTags(news, known, request.settings.defaultTags);
  if (rules) {
    checkAgainstRules(news, known, rules, findings);
    checkPlace(known.connection, rules, request, findings);
  }

  const { publicKeyFile } = safe;
  const args: Record<string, unknown> = {
    ...news,
    ...defined({ publicKeyFile, __keyInCloud: keyInCloud }),
  };
  if (news.publicKeyBody !== undefined || news.publicKeyFile !== undefined) {
    args["publicKeyBody"] = publicKeyOf(request, known, rules, findings);
  } else Object.assign(args, checkPrivateKeyTarget(request, known, findings));
  Object.assign(args, nameOf(request, known, rules, findings));
  checkNameIsFree(request, known, args["keyPairName"], findings);
  return {
    args: args as PartlyUnknown<CheckedKeyPairArgs>,
    failures: findings.failures,
    warnings: findings.warnings,
  };
}

/** What a check adds to the arguments, beside what it fills in. */
type Note = Extract<keyof CheckedKeyPairArgs, `__${string}`>;

/**
 * The arguments as the program gives them. With `ignoreChanges` the engine gives the stored arguments
 * instead, and these include what an earlier check filled in: the automatic name, and the key of
 * `publicKeyFile`. In that case the file is not read.
 */
function asWritten(given: News, olds: KeyPairCheck["olds"]): { news: News; keyInCloud: unknown } {
  const {
    __automaticName: isFilledIn,
    __configuredName: _madeAgain,
    __keyInCloud: keyInCloud,
    __keyInFile: _lookedAtAgain,
    ...news
  }: News & Partial<Record<Note, unknown>> = given;
  const isOwnName = olds.__automaticName === true && news.keyPairName === olds.keyPairName;
  if (isOwnName && (isFilledIn !== undefined || news.keyPairNamePrefix !== undefined))
    delete news.keyPairName;
  const isOwnKey = olds.publicKeyFile !== undefined && news.publicKeyBody === olds.publicKeyBody;
  if (isOwnKey && news.publicKeyBody !== undefined) delete news.publicKeyFile;
  return { news, keyInCloud };
}

/**
 * A key argument without a value was meant as an import. Without this check a new key would be made instead.
 */
function checkKeyIsGiven({ withoutValue }: KeyPairCheck, findings: Findings): void {
  for (const name of KEY_SOURCES) {
    if (withoutValue?.has(name))
      findings.fail(
        name,
        "is given, but it has no value (is an environment variable not set?). Leave it out to have a new key made.",
      );
  }
}

/** A value that is not known yet may turn out to be absent, so it does not count as given. */
function checkCombinations(news: News, known: Partial<KeyPairArgs>, findings: Findings): void {
  const isGiven = (name: keyof KeyPairArgs) => news[name] !== undefined && news[name] !== UNKNOWN;
  const exclude = (name: keyof KeyPairArgs, other: keyof KeyPairArgs, why: string) => {
    if (isGiven(name) && isGiven(other))
      findings.fail(name, `cannot be given together with ${other}: ${why}.`);
  };
  exclude("keyPairNamePrefix", "keyPairName", "a full name has no automatic part");
  exclude("publicKeyFile", "publicKeyBody", "there can be one public key only");
  for (const source of KEY_SOURCES) {
    exclude("privateKeyFile", source, "an imported key pair has no private key to write");
    exclude("privateKeyPassphrase", source, "an imported key pair has no private key to write");
    exclude("keyGeneration", source, "an imported key is not made");
    exclude("keepers", source, "an imported key is not made");
  }
  const isImport = news.publicKeyBody !== undefined || news.publicKeyFile !== undefined;
  if (known.savePrivateKey === false && !isImport && news.privateKeyFile === undefined) {
    findings.fail("savePrivateKey", "false needs privateKeyFile: without it the private key would be lost.");
  }
  if (known.privateKeyPassphrase === undefined) return;
  registerSecret(known.privateKeyPassphrase);
  if (!isImport && news.privateKeyFile === undefined)
    findings.fail("privateKeyPassphrase", "needs privateKeyFile, which it encrypts.");
  const problem = passphraseProblem(known.privateKeyPassphrase);
  if (problem) findings.fail("privateKeyPassphrase", `${problem.reason}. ${problem.next}`);
}

/**
 * The key to import, as one OpenSSH line. If the key is unchanged, this is the stored line, so that a new
 * comment is no difference.
 */
function publicKeyOf(
  { news, olds, settings, catalog }: KeyPairCheck,
  known: Partial<KeyPairArgs>,
  rules: BackendRules | undefined,
  findings: Findings,
): unknown {
  if (hasUnknown([news.publicKeyBody, news.publicKeyFile])) return UNKNOWN;
  // The value has the wrong type, which is already reported.
  if (known.publicKeyBody === undefined && known.publicKeyFile === undefined) return undefined;
  const property = known.publicKeyBody === undefined ? "publicKeyFile" : "publicKeyBody";
  const key = findings.attempt(property, () => resolvePublicKey(known, settings.projectFolder));
  // A value that cannot be read is not passed on, because it may be a private key.
  if (!key) return undefined;
  if (key.options)
    findings.warnings.push(
      `${property}: the options of the authorized_keys line (${key.options}) are not part of a key pair and are left out.`,
    );
  const where = rules && resolvePlace(known.connection, settings, catalog).connection;
  const verdict = rules?.checkPublicKey(key, key.line, where);
  if (verdict?.verdict === "refuse") findings.fail(property, verdict.reason);
  if (verdict?.verdict === "warn") findings.warnings.push(`${property}: ${verdict.reason}`);
  const stored = olds.publicKeyBody;
  return stored !== undefined && sameKeyLine(stored, key.line) ? stored : key.line;
}

/** The given name, the previous automatic name, or a new automatic name. */
function nameOf(
  { logicalName, olds, news, preview, seed, autonaming }: KeyPairCheck,
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
    return defined({
      keyPairName: olds.keyPairName,
      __automaticName: true,
      __configuredName: olds.__configuredName,
    });
  if (!rules) {
    // Only a preview may return an unknown value. Otherwise the failure that left no rules ends the run
    // anyway.
    const isPreview = preview || hasUnknown(news.connection);
    return isPreview ? { keyPairName: UNKNOWN, __automaticName: true } : {};
  }
  const configured = configuredName(autonaming, keyPairNamePrefix, rules, findings);
  if (configured) return configured;
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

/**
 * The name by the stack's `pulumi:autonaming`. A prefix of the program comes before a name that is only
 * proposed. `undefined`: the name is ours to make.
 */
function configuredName(
  autonaming: Autonaming | undefined,
  keyPairNamePrefix: string | undefined,
  rules: BackendRules,
  findings: Findings,
): Partial<Record<keyof CheckedKeyPairArgs, unknown>> | undefined {
  if (autonaming === undefined) return undefined;
  if (autonaming.mode === "disable") {
    findings.fail("keyPairName", "is missing: the configuration pulumi:autonaming disables automatic names.");
    return {};
  }
  const { mode, name } = autonaming;
  if (keyPairNamePrefix !== undefined) {
    if (mode === "propose") return undefined;
    findings.fail(
      "keyPairNamePrefix",
      "has no effect: the configuration pulumi:autonaming enforces a name. Leave it out, or give a keyPairName.",
    );
  }
  const reason = rules.checkName(name);
  if (reason)
    findings.fail(
      "keyPairName",
      `the name "${name}" that the configuration pulumi:autonaming makes cannot be used: ${reason} Change the pattern, or give a keyPairName.`,
    );
  return { keyPairName: name, __automaticName: true, __configuredName: true };
}

/** Checks that the private key's file can be written, and looks what became of it. */
function checkPrivateKeyTarget(
  { olds, run, urn, settings, catalog }: KeyPairCheck,
  { privateKeyFile, onExisting }: Partial<KeyPairArgs>,
  findings: Findings,
): Pick<CheckedKeyPairArgs, "__keyInFile"> {
  if (privateKeyFile === undefined) return {};
  const target: KeyFileTarget = {
    path: privateKeyFile,
    isUnchanged: olds.privateKeyFile === privateKeyFile,
    // An existing pair may have been written here before. The update then checks whether the file has its key.
    mayBeOwn: onExisting === "adopt" || olds.keyPairName !== undefined,
    // A resource that adopts may mean the same key that the other resource keeps there.
    holder: onExisting === "adopt" ? undefined : urn,
    property: "privateKeyFile",
  };
  return checkKeyFileTarget(target, { run, settings, catalog }, findings);
}

/** Checks that no other resource of the program has the same name in the same place. */
function checkNameIsFree(
  request: KeyPairCheck,
  { connection, userId }: Partial<KeyPairArgs>,
  name: unknown,
  findings: Findings,
): void {
  const { urn, news } = request;
  if (urn === undefined || typeof name !== "string" || hasUnknown([news.connection, news.userId])) return;
  // A wrong name, or a wrong place, is reported already.
  if (findings.failures.some(({ property }) => property === "connection" || property === "keyPairName"))
    return;
  claimName({ name, connection, userId, holder: urn, property: "keyPairName" }, request, findings);
}
