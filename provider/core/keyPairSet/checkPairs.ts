import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { BackendRules } from "../backend";
import { resolvePlace } from "../connection";
import { checkKeyFileTarget, claimName, placeKey } from "../keyPair/sharedChecks";
import type { CheckedKeyPairSetArgs, Connection, KeyPairSetArgs } from "../model";
import { checkPrivateKeyFile } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import { checkPlace } from "../resource/commonChecks";
import type { CheckRequest } from "../resource/contract";
import { about, type Findings } from "../resource/findings";
import { hasUnknown, type PartlyUnknown } from "../unknown";
import type { GivenKey } from "./folder";
import { privateKeyFileOf, regionsOf, undecided, type WantedPair, wantedPairs } from "./members";
import { namesText } from "./summary";

/*
 * What a check finds out about the key pairs of a set: their names, their keys and their number in each place, and the files of their
 * private keys.
 */

interface PairsCheck {
  request: CheckRequest<KeyPairSetArgs, CheckedKeyPairSetArgs>;
  /** As far as they are checked. */
  args: PartlyUnknown<CheckedKeyPairSetArgs>;
  known: Partial<KeyPairSetArgs>;
  keys: GivenKey[];
  rules: BackendRules | undefined;
}

/** What was found out beside the problems. */
interface CheckedPairs {
  /** `undefined` if it is not known which pairs there will be. */
  wanted: WantedPair[] | undefined;
  /** What the files of the private keys hold now. */
  files: Pick<CheckedKeyPairSetArgs, "__keysInFiles">;
}

/** Reports the problems. */
export function checkPairs(check: PairsCheck, findings: Findings): CheckedPairs {
  const { args, rules, request } = check;
  if (rules && typeof args.keyPairNamePrefix === "string")
    checkNames(check, args.keyPairNamePrefix, rules, findings);
  const isPlaced = !findings.failures.some(
    ({ property }) => property === "connection" || property === "regions",
  );
  const connections = isPlaced ? placesOf(check, findings) : undefined;
  if (rules) {
    for (const connection of connections ?? []) checkPlace(connection, rules, request, findings);
    checkKeys(check.keys, connections ?? [], rules, request, findings);
  }
  warnOfSharedKeys(check.keys, findings);
  // A `created` of another type is reported already.
  const isDecided =
    connections !== undefined && undecided(args) === undefined && Array.isArray(args.created ?? []);
  const wanted = isDecided ? wantedPairs(args, request.settings, request.catalog) : undefined;
  if (wanted && connections && connections.length > 0) {
    claimNames(wanted, check, findings);
    checkQuota(wanted.length / connections.length, connections, check, findings);
  }
  return { wanted, files: checkFiles(check, findings) };
}

/** The place of each region, if they are known. `undefined` if a place cannot be told, which is reported. */
function placesOf(
  { args, request: { settings, catalog } }: PairsCheck,
  findings: Findings,
): Connection[] | undefined {
  if (hasUnknown([args.connection, args.regions])) return [];
  const connection = args.connection as Connection | undefined;
  return findings.attempt("connection", () =>
    regionsOf(args, settings, catalog).map((region) => ({ ...connection, ...(region && { region }) })),
  );
}

/** A prefix that no name can start with is reported once. */
function checkNames(
  { args, keys, known }: PairsCheck,
  prefix: string,
  rules: BackendRules,
  findings: Findings,
): void {
  const members = [
    ...keys.map(({ member, property }) => ({ member, property })),
    ...(known.created ?? []).map((member) => ({ member, property: "created" })),
  ];
  const ofPrefix = prefix === "" || members.length === 0 ? undefined : rules.checkName(`${prefix}x`);
  if (ofPrefix) {
    const advice = args.__automaticPrefix ? " Give a keyPairNamePrefix." : "";
    findings.fail("keyPairNamePrefix", `"${prefix}" cannot start a name: ${ofPrefix}${advice}`);
    return;
  }
  for (const { member, property } of members) {
    const reason = rules.checkName(`${prefix}${member}`);
    if (reason) findings.fail(property, `"${prefix}${member}" cannot be a name: ${reason}`);
  }
}

/** What the cloud accepts may depend on the place. A warning that many keys get is given once. */
function checkKeys(
  keys: GivenKey[],
  connections: Connection[],
  rules: BackendRules,
  { settings, catalog }: PairsCheck["request"],
  findings: Findings,
): void {
  const places = connections.map((connection) => resolvePlace(connection, settings, catalog).connection);
  const warned = new Map<string, string[]>();
  for (const { member, property, key } of keys) {
    if (key.options) {
      const reason = "the options of the authorized_keys line are not part of a key pair and are left out";
      warned.set(reason, [...(warned.get(reason) ?? []), member]);
    }
    const verdicts = (places.length > 0 ? places : [undefined]).map((place) =>
      rules.checkPublicKey(key, key.line, place),
    );
    const refusal = verdicts.find((verdict) => verdict?.verdict === "refuse");
    if (refusal) findings.fail(property, refusal.reason);
    const warning = verdicts.find((verdict) => verdict?.verdict === "warn");
    if (warning && !refusal) warned.set(warning.reason, [...(warned.get(warning.reason) ?? []), member]);
  }
  for (const [reason, members] of warned) findings.warnings.push(`${namesText(members)}: ${reason}`);
}

/** Who takes one of the members out may believe that the key opens nothing any more. */
function warnOfSharedKeys(keys: GivenKey[], findings: Findings): void {
  const byKey = Map.groupBy(keys, ({ key: { blob } }) => blob.toString("base64"));
  for (const ofKey of byKey.values()) {
    const members = [...new Set(ofKey.map(({ member }) => member))];
    if (members.length === 1) continue;
    findings.warnings.push(
      `${namesText(members)}: these members have the same key, so taking out one of them takes no access away`,
    );
  }
}

/** Checks that no other resource of the program has one of the names in the same place. */
function claimNames(wanted: readonly WantedPair[], { keys, request }: PairsCheck, findings: Findings): void {
  const { urn } = request;
  if (urn === undefined) return;
  const properties = new Map(keys.map(({ member, property }) => [member, property]));
  for (const { member, region, args: pair } of wanted) {
    const claim = {
      name: String(pair.keyPairName),
      connection: pair.connection as Connection | undefined,
      holder: `${urn}, member ${member}${region === undefined ? "" : ` in ${region}`}`,
      property: properties.get(member) ?? "created",
    };
    claimName(claim, request, findings);
  }
}

/** Counts the members, and what else this program has in the region as far as that was checked before. */
function checkQuota(
  members: number,
  connections: Connection[],
  { rules, request: { urn, run, settings, catalog } }: PairsCheck,
  findings: Findings,
): void {
  const most = rules?.maxKeyPairs ?? Number.POSITIVE_INFINITY;
  for (const connection of connections) {
    const inProgram =
      urn === undefined ? 0 : run.names.count(placeKey(connection, undefined, settings, catalog));
    const count = Math.max(members, inProgram);
    if (count <= most) continue;
    const where = connection.region ?? "the region";
    const others =
      count > members
        ? ` (${members} of this set, ${count - members} of other resources of the program)`
        : "";
    findings.fail("", `${where} takes at most ${most} key pairs, and there would be ${count}${others}.`);
  }
}

/** Checks that the private keys of created members can be written, and looks what became of files that were written before. */
function checkFiles(
  { request, known }: PairsCheck,
  findings: Findings,
): Pick<CheckedKeyPairSetArgs, "__keysInFiles"> {
  const { olds, urn, settings } = request;
  const { created = [], privateKeyFolder, onExisting } = known;
  if (privateKeyFolder === undefined || created.length === 0) return {};
  const folder = fileOf(privateKeyFolder, settings.projectFolder);
  const isThere = existsSync(folder);
  const isSameFolder = olds.privateKeyFolder === privateKeyFolder;
  const isFolderMade = !isThere && !isSameFolder;
  if (isFolderMade) checkFolderCanBeMade(folder, findings);
  const held = created.flatMap((member) => {
    const path = privateKeyFileOf(member, privateKeyFolder);
    const wasCreated = olds.created?.includes(member) ?? false;
    const isUnchanged = isSameFolder && (wasCreated || !isThere);
    const isShared = onExisting === "adopt" || urn === undefined;
    const target = {
      path,
      isUnchanged,
      isFolderMade,
      mayBeOwn: onExisting === "adopt" || wasCreated,
      holder: isShared ? undefined : `${urn}, member ${member}`,
      property: "privateKeyFolder",
    };
    const { __keyInFile } = checkKeyFileTarget(target, request, findings);
    return __keyInFile === undefined ? [] : [[member, __keyInFile] as const];
  });
  return held.length > 0 ? { __keysInFiles: Object.fromEntries(held) } : {};
}

/** A folder that is not there is made when the first key is written: whether that will be possible is known of the one above it. */
function checkFolderCanBeMade(folder: string, findings: Findings): void {
  let above = dirname(folder);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  findings.attempt("privateKeyFolder", () => {
    about("privateKeyFolder", () => checkPrivateKeyFile(`${above}/${FILE_THAT_IS_NOWHERE}`, () => true));
  });
}

/** Asks only whether a file can be made in the folder. */
const FILE_THAT_IS_NOWHERE = ".keypair-folder-check";
