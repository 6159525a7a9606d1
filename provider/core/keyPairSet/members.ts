import { fingerprintSha256, readPublicKey } from "../../keys";
import type { BackendCatalog } from "../backend";
import type { ProviderSettings } from "../connection";
import { resolvePlace } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, CheckedKeyPairSetArgs } from "../model";
import { hasUnknown, type MaybeUnknown, type PartlyUnknown, UNKNOWN } from "../unknown";
import { byMember, regionOf } from "./state";

type Args = PartlyUnknown<CheckedKeyPairSetArgs>;

/** A key pair that the program wants: a member in a region. */
export interface WantedPair {
  member: string;
  /** `undefined`: the one that only the cloud knows, where neither the program nor the configuration names one. */
  region: string | undefined;
  isCreated: boolean;
  /** The arguments of a single key pair. */
  args: PartlyUnknown<CheckedKeyPairArgs>;
}

/** The arguments without which it is not known which key pairs there are. */
const DECIDING = [
  "publicKeys",
  "publicKeyFolder",
  "created",
  "regions",
  "keyPairNamePrefix",
  "connection",
] as const;

/** The first argument that is not known yet and that decides which key pairs there are. */
export function undecided(args: Args): (typeof DECIDING)[number] | undefined {
  const isOpen = (value: unknown) => value === UNKNOWN || (Array.isArray(value) && hasUnknown(value));
  const open = DECIDING.find((name) => isOpen(args[name]));
  if (open !== undefined) return open;
  const { backend, region } = known(args.connection) ?? {};
  const isPlaced = backend !== UNKNOWN && (region !== UNKNOWN || args.regions !== undefined);
  return isPlaced ? undefined : "connection";
}

/** The key of each member, as an OpenSSH line; `undefined`: it is made. Nothing that decides is unknown. */
export function membersOf(args: Args): Map<string, MaybeUnknown<string> | undefined> {
  const given = known(args.publicKeys) ?? {};
  const inFolder = known(args.__folderKeys) ?? {};
  const created = (known(args.created) ?? []).map((member) => [String(member), undefined] as const);
  return new Map([...Object.entries(inFolder), ...Object.entries(given), ...created]);
}

/** The regions of the set. */
export function regionsOf(
  args: Args,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): (string | undefined)[] {
  const regions = known(args.regions);
  if (regions !== undefined) return regions.map(String);
  const connection = known(args.connection);
  const own = connection && (Object.fromEntries(knownEntries(connection)) as typeof args.connection);
  // Not the region of the account's profile: on another machine that may be another one, and the set must not move.
  return [resolvePlace(own as CheckedKeyPairSetArgs["connection"], settings, catalog).connection.region];
}

/** Why a member cannot have this name. */
export function memberNameProblem(member: string): string | undefined {
  if (member === "") return "a member's name must not be empty.";
  // Names that every object of JavaScript has: a pair of such a member could be lost among them.
  if (member in Object.prototype) return `"${member}" cannot be the name of a member.`;
  return undefined;
}

/** All key pairs of the set, each with the arguments of a single one. */
export function wantedPairs(args: Args, settings: ProviderSettings, catalog: BackendCatalog): WantedPair[] {
  const regions = regionsOf(args, settings, catalog);
  return [...membersOf(args)].flatMap(([member, key]) =>
    regions.map((region) => ({
      member,
      region,
      isCreated: key === undefined,
      args: argumentsOf(member, key, region, args),
    })),
  );
}

/** What is known of the pairs before they are made. */
export function plannedPairs(wanted: readonly WantedPair[]): object {
  const fingerprints = new Map<string, string>();
  const fingerprintOf = (line: string) => {
    const known = fingerprints.get(line) ?? fingerprintSha256(readPublicKey(line));
    fingerprints.set(line, known);
    return known;
  };
  const pairs = wanted.map(({ member, region, args }) => ({ member, region: regionOf(region), args }));
  return byMember(pairs, ({ args: { keyPairName, publicKeyBody, tags } }) => ({
    keyPairName,
    ...(publicKeyBody === undefined
      ? {}
      : { fingerprintSha256: publicKeyBody === UNKNOWN ? UNKNOWN : fingerprintOf(publicKeyBody) }),
    ...(tags === undefined ? {} : { tags }),
  }));
}

/** Where a created member's private key is written too. */
export function privateKeyFileOf(member: string, folder: string): string {
  return `${folder.replace(/\/+$/, "")}/${member}.pem`;
}

function argumentsOf(
  member: string,
  key: MaybeUnknown<string> | undefined,
  region: string | undefined,
  args: Args,
): PartlyUnknown<CheckedKeyPairArgs> {
  const { tags, tagChanges, resourceGroupId, onExisting, connection, regions } = args;
  const own = key === undefined ? argumentsOfCreated(member, args) : { publicKeyBody: key };
  const place = regions === undefined ? connection : { ...known(connection), region };
  return defined({
    keyPairName: `${String(args.keyPairNamePrefix)}${member}`,
    ...own,
    tags,
    tagChanges,
    resourceGroupId,
    onExisting,
    connection: place,
  }) as PartlyUnknown<CheckedKeyPairArgs>;
}

function argumentsOfCreated(member: string, args: Args): Partial<PartlyUnknown<CheckedKeyPairArgs>> {
  const { keyGeneration, keepers, privateKeyFolder, savePrivateKeys } = args;
  const file =
    typeof privateKeyFolder === "string" ? privateKeyFileOf(member, privateKeyFolder) : privateKeyFolder;
  return defined({
    keyGeneration,
    keepers,
    privateKeyFile: file,
    savePrivateKey: savePrivateKeys === true ? undefined : savePrivateKeys,
    __keyInFile: known(args.__keysInFiles)?.[member],
  }) as Partial<PartlyUnknown<CheckedKeyPairArgs>>;
}

function known<T>(value: T): Exclude<T, typeof UNKNOWN> | undefined {
  return value === UNKNOWN ? undefined : (value as Exclude<T, typeof UNKNOWN>);
}

function knownEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => !hasUnknown(member));
}
