import { isDeepStrictEqual } from "node:util";
import { formatPublicKeyLine, isPrivateKeyText, readPublicKey } from "../../keys";
import { defined } from "../defined";
import { sameKeyLine } from "../keyPair/compare";
import { addDefaultTags, checkAgainstRules } from "../keyPair/sharedChecks";
import type { CheckedKeyPairSetArgs, KeyPairSetArgs } from "../model";
import { fileOf } from "../projectFolder";
import { checkSetAgainstSchema } from "../resource/argumentSchema";
import { checkTypes, rulesOf } from "../resource/commonChecks";
import type { CheckRequest, CheckResult } from "../resource/contract";
import { Findings, withoutPrivateKeys } from "../resource/findings";
import { type PartlyUnknown, UNKNOWN } from "../unknown";
import { checkPairs } from "./checkPairs";
import { type GivenKey, keysOfFolder } from "./folder";
import { memberNameProblem, plannedPairs } from "./members";
import { KEY_PAIR_SET_PROPERTIES } from "./properties";
import { wordedForSet } from "./wording";

export type SetCheck = CheckRequest<KeyPairSetArgs, CheckedKeyPairSetArgs>;
type News = SetCheck["news"] & Partial<Pick<CheckedKeyPairSetArgs, "__folderKeys">>;

/** For an output that somebody gives as an argument: the argument that they probably mean. */
const MEANT_INSTEAD: Readonly<Record<string, string>> = {
  keyPairs: "publicKeys",
  keyPairNames: "publicKeys or created",
  privateKeys: "publicKeyFolder, which takes the public halves of private key files",
};

/**
 * Checks the arguments without a call, and fills in what only the provider can: the prefix of the names and the keys of
 * `publicKeyFolder`. All problems of all members are found at once.
 */
export function checkKeyPairSet(given: SetCheck): CheckResult<CheckedKeyPairSetArgs> {
  const findings = new Findings();
  const safe = withoutPrivateKeys(given.news, findings, "publicKeys");
  const { news, replayed } = asWritten(safe, given.olds);
  const publicKeys = readableKeys(news.publicKeys, findings);
  if (publicKeys !== undefined) news.publicKeys = publicKeys;
  const request = { ...given, news };
  const known = checkTypes<KeyPairSetArgs>(
    news,
    checkSetAgainstSchema,
    KEY_PAIR_SET_PROPERTIES,
    findings,
    MEANT_INSTEAD,
  );
  // Who is named twice is reported already.
  if (known.created) known.created = [...new Set(known.created)];
  checkCombinations(given, news, known, findings);
  const rules = rulesOf(news.connection, request, findings);
  if (rules?.hasTags) addDefaultTags(news, known, request.settings.defaultTags);
  if (rules) checkAgainstRules(news, known, rules, findings);

  const ofArgument = keysOfArgument(known.publicKeys, findings);
  const isFolderRead = replayed === undefined && known.publicKeyFolder !== undefined;
  const ofFolder = isFolderRead
    ? keysOfFolder(known.publicKeyFolder ?? "", given.settings.projectFolder, findings)
    : [];
  const keys = [...ofArgument, ...ofFolder];
  checkEachOnce(keys, known.created ?? [], findings);
  const args: PartlyUnknown<CheckedKeyPairSetArgs> = defined({
    ...news,
    publicKeys: withUnknown(news.publicKeys, linesOf(ofArgument, given.olds.publicKeys)),
    __folderKeys: isFolderRead ? linesOf(ofFolder, given.olds.__folderKeys) : replayed,
    ...prefixOf(request),
  }) as PartlyUnknown<CheckedKeyPairSetArgs>;
  const { wanted, files } = checkPairs({ request, args, known, keys, rules }, findings);
  const planned = wanted && findings.failures.length === 0 ? { keyPairs: plannedPairs(wanted) } : {};
  return {
    args: { ...args, ...files, ...planned } as PartlyUnknown<CheckedKeyPairSetArgs>,
    failures: findings.failures.map(({ property, reason }) => ({ property, reason: wordedForSet(reason) })),
    warnings: findings.warnings,
  };
}

/**
 * The arguments as the program gives them. With `ignoreChanges` the engine gives the stored arguments instead, and these include what
 * an earlier check filled in: then the folder is not read.
 */
function asWritten(
  given: SetCheck["news"],
  olds: SetCheck["olds"],
): { news: SetCheck["news"]; replayed: News["__folderKeys"] } {
  const {
    __folderKeys: replayed,
    __automaticPrefix: isFilledIn,
    __keysInFiles: _lookedAtAgain,
    keyPairs: planned,
    ...news
  } = given as News & Partial<CheckedKeyPairSetArgs>;
  if (isFilledIn && news.keyPairNamePrefix === olds.keyPairNamePrefix) delete news.keyPairNamePrefix;
  // Given by a program, it is an output in the place of an argument.
  const isReplayed =
    replayed !== undefined || isFilledIn !== undefined || isDeepStrictEqual(planned, olds.keyPairs);
  const kept = isReplayed ? news : { ...news, ...defined({ keyPairs: planned }) };
  return { news: kept as SetCheck["news"], replayed };
}

/** The keys without those that have no value or are no texts: those are reported at their members. */
function readableKeys(
  given: SetCheck["news"]["publicKeys"],
  findings: Findings,
): SetCheck["news"]["publicKeys"] {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  const entries = Object.entries(given).filter(([member, key]) => {
    if (isPrivateKeyText(member)) {
      findings.fail(
        "",
        "publicKeys: the name of a member is a private key, and no part of it may go to a cloud or a state.",
      );
      return false;
    }
    const reason = memberNameProblem(member);
    if (reason) {
      findings.fail("publicKeys", reason);
      return false;
    }
    if (typeof key === "string" || key === UNKNOWN) return true;
    const isMissing = key === undefined || key === null;
    findings.fail(
      memberPath(member),
      isMissing ? "is given, but it has no value (is an environment variable not set?)" : "must be a string",
    );
    return false;
  });
  return Object.fromEntries(entries);
}

/** A value that is not known yet may turn out to be absent, so it does not count as given. */
function checkCombinations(
  { withoutValue, settings }: SetCheck,
  news: SetCheck["news"],
  known: Partial<KeyPairSetArgs>,
  findings: Findings,
): void {
  for (const name of ["publicKeyFolder", "publicKeys", "created"] as const) {
    if (withoutValue?.has(name))
      findings.fail(name, "is given, but it has no value. Leave it out if it is not meant.");
  }
  if (news.publicKeyFolder === undefined && news.publicKeys === undefined && news.created === undefined)
    findings.fail("", "the set has no members: give publicKeyFolder, publicKeys or created.");
  if (known.savePrivateKeys === false && news.created !== undefined && news.privateKeyFolder === undefined) {
    findings.fail(
      "savePrivateKeys",
      "false needs privateKeyFolder: without it the private keys would be lost.",
    );
  }
  const { publicKeyFolder, privateKeyFolder } = known;
  if (publicKeyFolder !== undefined && privateKeyFolder !== undefined) {
    const [given, written] = [publicKeyFolder, privateKeyFolder].map((folder) =>
      fileOf(folder, settings.projectFolder),
    );
    if (given === written)
      findings.fail(
        "privateKeyFolder",
        "is the same folder as publicKeyFolder: the files that are written would be members. Give another one.",
      );
  }
  if (privateKeyFolder !== undefined) checkFileNames(known.created ?? [], findings);
  if (known.regions !== undefined && known.connection?.region !== undefined)
    findings.fail(
      "connection",
      "region cannot be given together with regions, which says where the key pairs are.",
    );
  if (known.regions?.includes("")) findings.fail("regions", "a region must not be empty.");
  for (const member of known.created ?? []) {
    const reason = memberNameProblem(member);
    if (reason) findings.fail("created", reason);
  }
}

/** Some disks take no notice of upper and lower case. */
function checkFileNames(created: string[], findings: Findings): void {
  for (const names of Map.groupBy(created, (member) => member.toLowerCase()).values()) {
    if (names.length > 1)
      findings.fail("created", `${names.join(" and ")} would have the same private key file on some disks`);
  }
}

function keysOfArgument(publicKeys: KeyPairSetArgs["publicKeys"] = {}, findings: Findings): GivenKey[] {
  return Object.entries(publicKeys).flatMap(([member, text]) => {
    const property = memberPath(member);
    const key = findings.attempt(property, () => {
      const read = readPublicKey(text);
      return { ...read, line: formatPublicKeyLine(read) };
    });
    return key ? [{ member, property, key }] : [];
  });
}

/** Each member has one key. */
function checkEachOnce(keys: GivenKey[], created: string[], findings: Findings): void {
  const places = [
    ...keys.map(({ member, property }) => ({ member, property })),
    ...created.map((member) => ({ member, property: "created" })),
  ];
  for (const [member, ofMember] of Map.groupBy(places, (place) => place.member)) {
    const [first, ...others] = ofMember;
    for (const { property } of others) {
      findings.fail(property, `the member ${member} is named twice: ${first?.property} names it too`);
    }
  }
}

/** Member to OpenSSH line. Where a key is unchanged, this is the stored line, so that a new comment is no difference. */
function linesOf(keys: GivenKey[], stored: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    keys.map(({ member, key: { line } }) => {
      const before = stored[member];
      return [member, before !== undefined && sameKeyLine(before, line) ? before : line];
    }),
  );
}

/** The lines, with the members whose keys are not known yet. */
function withUnknown(given: SetCheck["news"]["publicKeys"], lines: Record<string, string>): unknown {
  if (given === undefined || given === UNKNOWN) return given;
  return { ...lines, ...Object.fromEntries(Object.entries(given).filter(([, key]) => key === UNKNOWN)) };
}

/** The given prefix, or one that is made of the set's name and stays if the set is renamed. */
function prefixOf({ news, olds, logicalName }: SetCheck): Partial<PartlyUnknown<CheckedKeyPairSetArgs>> {
  if (news.keyPairNamePrefix !== undefined) return {};
  const before = olds.__automaticPrefix ? olds.keyPairNamePrefix : undefined;
  return { keyPairNamePrefix: before ?? `${logicalName}-`, __automaticPrefix: true };
}

/** The argument that gives a member its key. */
export function memberPath(member: string): string {
  return `publicKeys.${member}`;
}
