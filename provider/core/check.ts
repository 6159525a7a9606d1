import { checkAgainstSchema } from "./argumentSchema";
import type { BackendRules } from "./backend";
import { type CheckRequest, type CheckResult, Findings, withoutPrivateKeys } from "./checking";
import { resolveConnection } from "./connection";
import { checkGeneration, sameKeyLine } from "./judge";
import type { CheckedKeyPairArgs, KeyPairArgs } from "./model";
import { automaticName } from "./naming";
import { checkPrivateKeyFile } from "./privateKeyFile";
import { resolvePublicKey } from "./publicKeySource";
import { hasUnknown, knownPart, type PartlyUnknown, UNKNOWN } from "./unknown";

type KeyPairCheck = CheckRequest<KeyPairArgs, CheckedKeyPairArgs>;

/** Checks the arguments without a call, and fills in what only we can: the automatic name and the key of `publicKeyFile`. */
export function checkKeyPair(given: KeyPairCheck): CheckResult<CheckedKeyPairArgs> {
  const findings = new Findings();
  const request = { ...given, news: withoutPrivateKeys(given.news, findings, "publicKeyBody") };
  const { olds, news, settings, catalog } = request;
  const known: Partial<KeyPairArgs> = knownPart<KeyPairArgs>(news);

  const schemaFailures = checkAgainstSchema(known);
  if (schemaFailures.length > 0) {
    // A value of another type cannot be looked at any further, but the others can.
    for (const failure of schemaFailures) {
      findings.fail(failure.property, failure.reason);
      delete known[failure.property as keyof KeyPairArgs];
    }
  }
  checkCombinations(news, findings);
  const rules = findings.attempt("connection", () =>
    catalog.rules(resolveConnection(known.connection, settings, catalog).stored.backend),
  );
  if (rules) checkAgainstRules(known, rules, findings);

  const isImport = news.publicKeyBody !== undefined || news.publicKeyFile !== undefined;
  const args: Record<string, unknown> = { ...news };
  if (isImport) args["publicKeyBody"] = publicKeyOf(news, known, olds, rules, findings);
  else if (known.privateKeyFile !== undefined) {
    const file = known.privateKeyFile;
    const anything = olds.privateKeyFile === file;
    // A pair that is there may have been written here before: the update looks whether it is this very key.
    const anyKey = known.onExisting === "adopt" || olds.keyPairName !== undefined;
    findings.attempt("privateKeyFile", () =>
      checkPrivateKeyFile(file, { anything, anyKey, replacedKey: request.replacedKey }),
    );
  }
  if (rules) Object.assign(args, nameOf(request, known, rules, findings));
  return {
    args: args as PartlyUnknown<CheckedKeyPairArgs>,
    failures: findings.failures,
    warnings: findings.warnings,
  };
}

function checkCombinations(args: Partial<Record<keyof KeyPairArgs, unknown>>, findings: Findings): void {
  const given = (name: keyof KeyPairArgs) => args[name] !== undefined;
  const exclude = (name: keyof KeyPairArgs, other: keyof KeyPairArgs, why: string) => {
    if (given(name) && given(other)) findings.fail(name, `cannot be given together with ${other}: ${why}.`);
  };
  exclude("keyPairNamePrefix", "keyPairName", "a full name has no automatic part");
  exclude("publicKeyFile", "publicKeyBody", "there can be one public key only");
  for (const source of ["publicKeyBody", "publicKeyFile"] as const) {
    exclude("privateKeyFile", source, "an imported key pair has no private key to write");
    exclude("keyGeneration", source, "an imported key is not made");
  }
  if (args.savePrivateKey === false && !given("privateKeyFile")) {
    findings.fail("savePrivateKey", "false needs privateKeyFile: without it the private key would be lost.");
  }
}

function checkAgainstRules(args: Partial<KeyPairArgs>, rules: BackendRules, findings: Findings): void {
  const { tags, resourceGroupId, connection, keyGeneration } = args;
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
  const generationReason = keyGeneration && checkGeneration(keyGeneration);
  if (generationReason) findings.fail("keyGeneration", generationReason);
}

/** The key to import as one OpenSSH line; the stored line where it is the same key, so that a new comment is no difference. */
function publicKeyOf(
  news: Partial<Record<keyof KeyPairArgs, unknown>>,
  known: Partial<KeyPairArgs>,
  olds: Partial<CheckedKeyPairArgs>,
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
  const verdict = rules?.checkPublicKey(key, key.line);
  if (verdict?.verdict === "refuse") findings.fail(property, verdict.reason);
  if (verdict?.verdict === "warn") findings.warnings.push(`${property}: ${verdict.reason}`);
  const stored = olds.publicKeyBody;
  return stored !== undefined && sameKeyLine(stored, key.line) ? stored : key.line;
}

/** The name as given, the automatic one of before, or a new automatic one. */
function nameOf(
  { logicalName, olds, news, preview, seed }: KeyPairCheck,
  { keyPairName, keyPairNamePrefix }: Partial<KeyPairArgs>,
  rules: BackendRules,
  findings: Findings,
): Partial<Record<keyof CheckedKeyPairArgs, unknown>> {
  if (news.keyPairName !== undefined) {
    const reason = keyPairName !== undefined && rules.checkName(keyPairName);
    if (reason) findings.fail("keyPairName", reason);
    return {};
  }
  if (news.keyPairNamePrefix === UNKNOWN) return { keyPairName: UNKNOWN, __automaticName: true };
  const keepsName = olds.__automaticName === true && olds.keyPairNamePrefix === keyPairNamePrefix;
  if (keepsName && olds.keyPairName !== undefined)
    return { keyPairName: olds.keyPairName, __automaticName: true };
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
