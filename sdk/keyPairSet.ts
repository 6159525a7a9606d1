import * as pulumi from "@pulumi/pulumi";
import { KEY_PAIR_SET_PROVIDER } from "../provider/fronts/dynamic/stub";
import {
  KEY_PAIR_SET_ARGUMENTS,
  KEY_PAIR_SET_OUTPUTS,
  KEY_PAIR_SET_TYPES,
  type KeyPairSetArgs,
  KeyPairSetOutputs,
  missingMembers,
  SECRET_SET_OUTPUTS,
} from "./keyPairSetProperties";
import { isOfType, prepared, type ResourceKind, report } from "./resource";
import "./debugMessages";

const KEY_PAIR_SET: ResourceKind = {
  type: KEY_PAIR_SET_TYPES.dynamic,
  pluginType: KEY_PAIR_SET_TYPES.plugin,
  provider: KEY_PAIR_SET_PROVIDER,
  args: Object.keys(KEY_PAIR_SET_ARGUMENTS),
  outputs: KEY_PAIR_SET_OUTPUTS,
  insteadOfImport:
    'To take over pairs that are there already, give their public keys, with onExisting: "adopt".',
};

/**
 * The SSH key pairs of a team, in every region, as one resource.
 *
 * ```ts
 * const team = new KeyPairSet("team", {
 *   publicKeyFolder: "keys",                    // a key file for each member
 *   created: ["ci"],                            // members whose key is made
 *   regions: ["eu-central-1", "cn-hangzhou"],
 * });
 * const keyName = team.keyPairName("anna", "eu-central-1");
 * export const privateKeys = team.privateKeys;  // a secret
 * ```
 *
 * The set is never replaced: adding, removing or changing a member changes that member's pairs and no others.
 */
export class KeyPairSet extends KeyPairSetOutputs {
  /** The type that states hold; never renamed. */
  static readonly resourceType = KEY_PAIR_SET.type;
  /** What policy packs match the class by (`validateResourceOfType(KeyPairSet, …)`). */
  static readonly __pulumiType = KeyPairSet.resourceType;

  /** Whether the value is a `KeyPairSet`, also one of another copy of this package. */
  static override isInstance(value: unknown): value is KeyPairSet {
    return isOfType(value, KeyPairSet.resourceType);
  }

  /**
   * @param name  The name of the resource in the program; the names in the cloud start with it.
   * @param args  The members, and where they are.
   * @param opts  Options of every Pulumi resource.
   */
  constructor(name: string, args: KeyPairSetArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { inputs, options } = prepared(KEY_PAIR_SET, name, args, opts, missingMembers(args));
    super(
      KEY_PAIR_SET.type,
      name,
      inputs,
      pulumi.mergeOptions({ additionalSecretOutputs: SECRET_SET_OUTPUTS }, options),
    );
    report(this, opts);
  }
}
