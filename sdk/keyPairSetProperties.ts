import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import type { NestedInputs, Problem } from "./inputs";

/* What the `KeyPairSet` of the dynamic front and that of the plugin have in common: arguments and outputs. */

/** The types that states hold, one a front; never renamed. */
export const KEY_PAIR_SET_TYPES = {
  dynamic: "pulumi-nodejs:dynamic/keypair:KeyPairSet",
  plugin: "keypair:index:KeyPairSet",
} as const;

type ArgumentName = keyof model.KeyPairSetArgs;
type OutputName = Exclude<keyof model.KeyPairSetOutputs, ArgumentName>;

export const KEY_PAIR_SET_ARGUMENTS: Record<ArgumentName, true> = {
  publicKeyFolder: true,
  publicKeys: true,
  created: true,
  regions: true,
  keyPairNamePrefix: true,
  privateKeyFolder: true,
  keyGeneration: true,
  keepers: true,
  tags: true,
  tagChanges: true,
  resourceGroupId: true,
  onExisting: true,
  savePrivateKeys: true,
  connection: true,
};

/** Each with the argument that a program may have meant. */
export const KEY_PAIR_SET_OUTPUTS: Record<OutputName, string | undefined> = {
  keyPairNames: "keyPairNamePrefix",
  keyPairs: "publicKeys",
  privateKeys: undefined,
};

/** The arguments that say who the members are. */
export const MEMBER_SOURCES = ["publicKeyFolder", "publicKeys", "created"] as const;

/** The outputs that are secrets in the state of both fronts. */
export const SECRET_SET_OUTPUTS = ["privateKeys"];

/**
 * The arguments of a `KeyPairSet`. Its members are the key files of `publicKeyFolder`, the keys of `publicKeys`, and the names in
 * `created`. `pulumi preview` reports all wrong arguments at once, before the cloud is called.
 */
export type KeyPairSetArgs = {
  // What says who the members are cannot be `undefined`: if it were missing by mistake, the members would leave.
  [K in keyof model.KeyPairSetArgs]: K extends (typeof MEMBER_SOURCES)[number]
    ? pulumi.Input<NestedInputs<NonNullable<model.KeyPairSetArgs[K]>>>
    : pulumi.Input<NestedInputs<NonNullable<model.KeyPairSetArgs[K]>> | undefined> | undefined;
} & { [K in OutputName]?: never };

/** The outputs of a `KeyPairSet`. */
export class KeyPairSetOutputs extends pulumi.CustomResource {
  /** The names of the key pairs in the cloud, sorted. A member has the same name in every region. */
  declare readonly keyPairNames: pulumi.Output<string[]>;
  /** The key pairs, by member and region. */
  declare readonly keyPairs: pulumi.Output<{
    [member: string]: { [region: string]: model.KeyPairSetMember };
  }>;
  /** The private keys of created members: a secret. Empty while `savePrivateKeys` is `false`. */
  declare readonly privateKeys: pulumi.Output<{ [member: string]: string }>;
  /** What the names in the cloud start with: the one given, or the set's name and `-`. */
  declare readonly keyPairNamePrefix: pulumi.Output<string>;
  /** The folder of key files, as the program gave it. */
  declare readonly publicKeyFolder: pulumi.Output<string | undefined>;
  /** The public keys that the program gave, as OpenSSH lines. */
  declare readonly publicKeys: pulumi.Output<{ [member: string]: string } | undefined>;
  /** The members whose keys are made, as the program gave them. */
  declare readonly created: pulumi.Output<string[] | undefined>;
  /** The regions, as the program gave them; `undefined` means the configured one. */
  declare readonly regions: pulumi.Output<string[] | undefined>;
  /** The folder that private keys are also written to, as the program gave it. */
  declare readonly privateKeyFolder: pulumi.Output<string | undefined>;
  /** How keys are made, as the program gave it. */
  declare readonly keyGeneration: pulumi.Output<model.KeyGeneration | undefined>;
  /** What the keys of created members belong to, as the program gave it. */
  declare readonly keepers: pulumi.Output<model.Keepers | undefined>;
  /** The tags that the program gave. */
  declare readonly tags: pulumi.Output<model.Tags | undefined>;
  /** What changed tags do, as the program gave it. */
  declare readonly tagChanges: pulumi.Output<model.TagChanges | undefined>;
  /** The resource group that the program gave (Alibaba Cloud). */
  declare readonly resourceGroupId: pulumi.Output<string | undefined>;
  /** What becomes of pairs that are there already, as the program gave it. */
  declare readonly onExisting: pulumi.Output<model.OnExisting | undefined>;
  /** Whether the state keeps the private keys, as the program gave it; `undefined` means that it does. */
  declare readonly savePrivateKeys: pulumi.Output<boolean | undefined>;
  /** Where the key pairs live, as the program gave it. */
  declare readonly connection: pulumi.Output<model.Connection | undefined>;

  /**
   * The name in the cloud of a member's key pair, for an instance. If the program gives `regions`, it is known in a preview too.
   *
   * @param region  May be left out if the set has one region. Fails if the set has no such member or region.
   */
  keyPairName(member: string, region?: string): pulumi.Output<string> {
    const { keyPairNamePrefix, keyPairNames } = this;
    const asked = regionsToAsk(this, region);
    return pulumi.all([keyPairNamePrefix, keyPairNames, asked]).apply(([prefix, names, regions]) => {
      // In a program's own tests a mock may tell nothing.
      if (names === undefined || prefix === undefined) return `${prefix ?? ""}${member}`;
      const problem = nameProblem(member, region, { prefix, names, regions });
      if (problem !== undefined) throw new pulumi.RunError(`keyPairName("${member}"): ${problem}`);
      return `${prefix}${member}`;
    });
  }
}

/**
 * Arguments and keys of members that are given without a value, and so are not sent to the engine: the set would lose its members.
 */
export function missingMembers(args: KeyPairSetArgs): pulumi.Input<Problem[]>[] {
  const given = MEMBER_SOURCES.filter((name) => name in args);
  // A message about a secret value is not secret itself.
  return given.map((name) =>
    pulumi.unsecret(
      pulumi.output(args[name] as pulumi.Input<object>).apply((value) => withoutValue(name, value)),
    ),
  );
}

function withoutValue(property: string, value: unknown): Problem[] {
  const reason =
    "is given, but it has no value (is an environment variable not set?). Leave it out if it is not meant.";
  if (value === undefined || value === null) return [{ property, reason }];
  if (property !== "publicKeys" || typeof value !== "object") return [];
  const missing = Object.entries(value).filter(([, key]) => key === undefined || key === null);
  return missing.map(([member]) => ({ property: `${property}.${member}`, reason }));
}

/**
 * The regions that the program gives. If it gives none and asks for one, the pairs tell where the set is. `undefined`: a mock tells
 * neither.
 */
export function regionsToAsk(
  { regions, keyPairs }: Pick<KeyPairSetOutputs, "regions" | "keyPairs">,
  region: string | undefined,
): pulumi.Output<string[] | undefined> {
  return regions.apply((given) =>
    given === undefined && region !== undefined ? keyPairs.apply(regionsOf) : pulumi.output(given),
  );
}

function regionsOf(keyPairs: { [member: string]: object } | undefined): string[] | undefined {
  return keyPairs && [...new Set(Object.values(keyPairs).flatMap((regions) => Object.keys(regions)))].sort();
}

/** Why the set has no such key pair, or `undefined`. */
export function nameProblem(
  member: string,
  region: string | undefined,
  set: { prefix: string; names: string[]; regions: string[] | undefined },
): string | undefined {
  return memberProblem(member, set.prefix, set.names) ?? regionProblem(region, set.regions);
}

function memberProblem(member: string, prefix: string, names: string[]): string | undefined {
  if (names.includes(`${prefix}${member}`)) return undefined;
  const members = names.map((name) => name.slice(prefix.length)).join(", ");
  return `the set has no such member, but ${members || "no members"}.`;
}

function regionProblem(region: string | undefined, given: string[] | undefined): string | undefined {
  if (given === undefined || (region === undefined && given.length === 1)) return undefined;
  if (region === undefined) return `the set has several regions: say which (${given.join(", ")}).`;
  return given.includes(region) ? undefined : `the set is not in ${region}, but in ${given.join(", ")}.`;
}
