import * as pulumi from "@pulumi/pulumi";
import {
  KEY_PAIR_SET_ARGUMENTS,
  KEY_PAIR_SET_OUTPUTS,
  KEY_PAIR_SET_TYPES,
  type KeyPairSetArgs,
  KeyPairSetOutputs,
  MEMBER_SOURCES,
  SECRET_SET_OUTPUTS,
} from "../keyPairSetProperties";
import { nullIfNotSent, refuseFunctions } from "../problems";
import { isOfType, unset } from "../resource";
import { resourceOptions } from "./options";
import "../debugMessages";

/**
 * The SSH key pairs of a team, in every region, as one resource: the `KeyPairSet` of `pulumi-keypair`, served by the plugin. It takes
 * the same arguments. Options of the plugin only: `provider` and `customTimeouts`.
 *
 * ```ts
 * const team = new KeyPairSet("team", {
 *   publicKeyFolder: "keys",                    // a key file for each member
 *   created: ["ci"],                            // members whose key is made
 *   regions: ["eu-central-1", "cn-hangzhou"],
 * });
 * ```
 */
export class KeyPairSet extends KeyPairSetOutputs {
  /** The type that states hold; never renamed. */
  static readonly resourceType = KEY_PAIR_SET_TYPES.plugin;
  /** What policy packs match the class by (`validateResourceOfType(KeyPairSet, …)`). */
  static readonly __pulumiType = KeyPairSet.resourceType;

  /** Whether the value is a `KeyPairSet` of the plugin, also one of another copy of this package. */
  static override isInstance(value: unknown): value is KeyPairSet {
    return isOfType(value, KeyPairSet.resourceType);
  }

  /**
   * @param name  The name of the resource in the program; the names in the cloud start with it.
   * @param args  The members, and where they are.
   * @param opts  Options of every Pulumi resource (`provider`, `customTimeouts`, `protect`…).
   */
  constructor(name: string, args: KeyPairSetArgs, opts: pulumi.CustomResourceOptions = {}) {
    refuseFunctions(name, args);
    const inputs = {
      ...unset(Object.keys({ ...KEY_PAIR_SET_ARGUMENTS, ...KEY_PAIR_SET_OUTPUTS })),
      ...args,
      ...withoutValueAsNull(args),
    };
    super(
      KeyPairSet.resourceType,
      name,
      inputs,
      resourceOptions(KEY_PAIR_SET_TYPES.dynamic, SECRET_SET_OUTPUTS, opts),
    );
  }
}

/** The provider refuses them without a value. If they were not sent, the set would lose its members. */
function withoutValueAsNull(args: KeyPairSetArgs): pulumi.Inputs {
  const given = MEMBER_SOURCES.filter((name) => name in args);
  return Object.fromEntries(
    given.map((name) => [
      name,
      pulumi.output(args[name] as pulumi.Input<object>).apply((value) => nullFor(value)),
    ]),
  );
}

function nullFor(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return nullIfNotSent(value);
  return Object.fromEntries(Object.entries(value).map(([member, key]) => [member, nullIfNotSent(key)]));
}
