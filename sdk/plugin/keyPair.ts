import * as pulumi from "@pulumi/pulumi";
import {
  COMPUTED_OUTPUTS,
  type GetKeyPairOptions,
  KEY_PAIR_ARGUMENTS,
  KEY_PAIR_OUTPUTS,
  KEY_PAIR_TYPES,
  type KeyPairArgs,
  KeyPairOutputs,
  type PrivateKeyWith,
} from "../keyPairProperties";
import { IMPORT_SOURCES, nullIfNotSent, refuseFunctions } from "../problems";
import { isOfType, secretsOf, unset } from "../resource";
import { resourceOptions } from "./options";
import "../debugMessages";

const PROPERTIES = Object.keys({ ...KEY_PAIR_ARGUMENTS, ...KEY_PAIR_OUTPUTS }).filter(
  (name) => !COMPUTED_OUTPUTS.includes(name),
);

/** A key pair, whatever arguments its program gives. */
export type AnyKeyPair = KeyPair<keyof KeyPairArgs>;

/**
 * An SSH key pair in a cloud: the `KeyPair` of `pulumi-keypair`, served by the plugin. It takes the same arguments. Options of
 * the plugin only: `import`, `provider` and `customTimeouts`.
 *
 * ```ts
 * const deploy = new KeyPair("deploy", { publicKeyBody: readFileSync("deploy.pub", "utf8"), tags: { team: "ops" } });
 * const bastion = new KeyPair("bastion", { privateKeyFile: "bastion.pem" });
 * export const privateKey = bastion.privateKey; // a secret
 * ```
 *
 * @typeParam Given  The names of the arguments that the program gives: they say whether there is a private key.
 */
export class KeyPair<Given extends keyof KeyPairArgs = never> extends KeyPairOutputs<PrivateKeyWith<Given>> {
  /** The type that states hold; never renamed. */
  static readonly resourceType = KEY_PAIR_TYPES.plugin;
  /** What policy packs match the class by (`validateResourceOfType(KeyPair, …)`). */
  static readonly __pulumiType = KeyPair.resourceType;

  /**
   * A key pair that is there already, read by its name in the cloud and not managed by this stack. Its private key cannot be
   * read: no cloud keeps it.
   *
   * @param opts  Options of every Pulumi resource, and `connection` where the pair is not where the provider's configuration says.
   */
  static get(name: string, keyPairName: pulumi.Input<string>, opts: GetKeyPairOptions = {}): AnyKeyPair {
    const { connection, ...options } = opts;
    return new KeyPair(name, { connection }, { ...options, id: keyPairName });
  }

  /** Whether the value is a `KeyPair` of the plugin, also one of another copy of this package. */
  static override isInstance(value: unknown): value is AnyKeyPair {
    return isOfType(value, KeyPair.resourceType);
  }

  /**
   * @param name  The name of the resource in the program; an automatic `keyPairName` starts with it.
   * @param args  What to import or create.
   * @param opts  Options of every Pulumi resource (`import`, `provider`, `customTimeouts`, `protect`…).
   */
  constructor(name: string, args?: Pick<KeyPairArgs, Given>, opts?: pulumi.CustomResourceOptions);
  /** What policy packs take the arguments' types from: they read the last signature. */
  constructor(name: string, args?: KeyPairArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: KeyPairArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    refuseFunctions(name, args);
    const inputs = {
      ...unset(PROPERTIES),
      ...args,
      ...secretsOf(args, ["privateKeyPassphrase"]),
      ...withoutValueAsNull(args),
    };
    const secretOutputs = ["privateKey", "privateKeyOpenssh", "privateKeyPem", "privateKeyPassphrase"];
    super(KeyPair.resourceType, name, inputs, resourceOptions(KEY_PAIR_TYPES.dynamic, secretOutputs, opts));
  }
}

/** The provider refuses them without a value. If they were not sent, it would create a key pair where the program meant to import one. */
function withoutValueAsNull(args: KeyPairArgs): pulumi.Inputs {
  const given = IMPORT_SOURCES.filter((name) => name in args);
  return Object.fromEntries(given.map((name) => [name, pulumi.output(args[name]).apply(nullIfNotSent)]));
}
