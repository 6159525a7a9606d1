import * as pulumi from "@pulumi/pulumi";
import { KEY_PAIR_PROVIDER } from "../provider/fronts/dynamic/stub";
import {
  COMPUTED_OUTPUTS,
  type GetKeyPairOptions,
  KEY_PAIR_ARGUMENTS,
  KEY_PAIR_OUTPUTS,
  KEY_PAIR_TYPES,
  type KeyPairArgs,
  KeyPairOutputs,
  type PrivateKeyWith,
} from "./keyPairProperties";
import { isOfType, prepared, type ResourceKind, report } from "./resource";
import "./debugMessages";

const KEY_PAIR: ResourceKind = {
  type: KEY_PAIR_TYPES.dynamic,
  pluginType: KEY_PAIR_TYPES.plugin,
  provider: KEY_PAIR_PROVIDER,
  args: Object.keys(KEY_PAIR_ARGUMENTS),
  outputs: KEY_PAIR_OUTPUTS,
  computed: COMPUTED_OUTPUTS,
  secretArgs: ["privateKeyPassphrase"],
  insteadOfImport:
    'To take over a pair that is there already, give its keyPairName and its public key, with onExisting: "adopt".',
};

/** A key pair, whatever arguments its program gives. */
export type AnyKeyPair = KeyPair<keyof KeyPairArgs>;

/**
 * An SSH key pair in a cloud.
 *
 * ```ts
 * const deploy = new KeyPair("deploy", { publicKeyBody: readFileSync("deploy.pub", "utf8"), tags: { team: "ops" } });
 * const bastion = new KeyPair("bastion", { privateKeyFile: "bastion.pem" });
 * export const privateKey = bastion.privateKey; // a secret
 * ```
 *
 * Which cloud: `pulumi config set keypair:backend alibaba` (or `openstack`, `local`), or `connection.backend`. Credentials come
 * from the places that the cloud's own tools use.
 *
 * A change of the key, the name, the place or (unless `tagChanges` is `update`) the tags replaces the pair. Of a created pair
 * that means another private key: the preview warns of it on the resource. `protect: true` keeps a pair from being replaced.
 *
 * @typeParam Given  The names of the arguments that the program gives: they say whether there is a private key.
 */
export class KeyPair<Given extends keyof KeyPairArgs = never> extends KeyPairOutputs<PrivateKeyWith<Given>> {
  /** The type that states hold; never renamed. */
  static readonly resourceType = KEY_PAIR.type;
  /** What policy packs match the class by (`validateResourceOfType(KeyPair, …)`). */
  static readonly __pulumiType = KeyPair.resourceType;

  /**
   * A key pair that is there already, read by its name in the cloud and not managed by this stack. Its private key cannot be
   * read: no cloud keeps it.
   *
   * @param opts  Options of every Pulumi resource, and `connection` where the pair is not where the stack's configuration says.
   */
  static get(name: string, keyPairName: pulumi.Input<string>, opts: GetKeyPairOptions = {}): AnyKeyPair {
    const { connection, ...options } = opts;
    return new KeyPair(name, { connection }, { ...options, id: keyPairName });
  }

  /** Whether the value is a `KeyPair`, also one of another copy of this package. */
  static override isInstance(value: unknown): value is AnyKeyPair {
    return isOfType(value, KeyPair.resourceType);
  }

  /**
   * @param name  The name of the resource in the program; an automatic `keyPairName` starts with it.
   * @param args  What to import or create.
   * @param opts  Options of every Pulumi resource (`protect`, `dependsOn`, `parent`…).
   */
  constructor(name: string, args?: Pick<KeyPairArgs, Given>, opts?: pulumi.CustomResourceOptions);
  /** What policy packs take the arguments' types from: they read the last signature. */
  constructor(name: string, args?: KeyPairArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: KeyPairArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    const { inputs, options } = prepared(KEY_PAIR, name, args, opts);
    super(
      KEY_PAIR.type,
      name,
      inputs,
      pulumi.mergeOptions({ additionalSecretOutputs: ["privateKey"] }, options),
    );
    report(this, opts);
  }
}
