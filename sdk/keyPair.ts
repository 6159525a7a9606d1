import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import { KEY_PAIR_PROVIDER } from "../provider/fronts/dynamic/stub";
import type { NestedInputs } from "./inputs";
import { inForm } from "./keys";
import { prepared, type ResourceKind, report } from "./resource";
import "./debugMessages";

type ArgumentName = keyof model.KeyPairArgs;
type OutputName = Exclude<keyof model.KeyPairOutputs, ArgumentName>;

const ARGUMENTS: Record<ArgumentName, true> = {
  keyPairName: true,
  keyPairNamePrefix: true,
  publicKeyBody: true,
  publicKeyFile: true,
  keyGeneration: true,
  keepers: true,
  rotateAfter: true,
  privateKeyFile: true,
  privateKeyPassphrase: true,
  savePrivateKey: true,
  tags: true,
  tagChanges: true,
  resourceGroupId: true,
  userId: true,
  onExisting: true,
  connection: true,
};

/** Each with the argument that a program may have meant. */
const OUTPUTS: Record<OutputName, string | undefined> = {
  keyPairId: undefined,
  fingerprint: undefined,
  fingerprintMd5: undefined,
  fingerprintSha256: undefined,
  publicKey: "publicKeyBody",
  keyType: "keyGeneration.type",
  keyBits: "keyGeneration.bits",
  privateKey: undefined,
  privateKeyOpenssh: undefined,
  privateKeyPem: undefined,
  createdAt: undefined,
  ownerId: undefined,
  backend: "connection.backend",
  region: "connection.region",
};

const KEY_PAIR: ResourceKind = {
  type: "pulumi-nodejs:dynamic/keypair:KeyPair",
  provider: KEY_PAIR_PROVIDER,
  args: Object.keys(ARGUMENTS),
  outputs: OUTPUTS,
  computed: ["privateKeyOpenssh", "privateKeyPem"],
  secretArgs: ["privateKeyPassphrase"],
  insteadOfImport:
    'To take over a pair that is there already, give its keyPairName and its public key, with onExisting: "adopt".',
};

/**
 * The arguments of a `KeyPair`. All are optional. With `publicKeyBody` or `publicKeyFile` a public key is imported. Without them
 * a key pair is created. `pulumi preview` reports all wrong arguments at once, before the cloud is called.
 */
export type KeyPairArgs = {
  // The key cannot be `undefined`: if it were missing by mistake, a key pair would be created.
  [K in keyof model.KeyPairArgs]: K extends "publicKeyBody" | "publicKeyFile"
    ? pulumi.Input<string>
    : pulumi.Input<NestedInputs<NonNullable<model.KeyPairArgs[K]>> | undefined> | undefined;
} & { [K in OutputName]?: never };

/** Options of `KeyPair.get`. */
export type GetKeyPairOptions = pulumi.CustomResourceOptions & Pick<KeyPairArgs, "connection">;

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
 */
export class KeyPair extends pulumi.CustomResource {
  /** The name of the key pair in the cloud: the one given, or the automatic one. */
  declare readonly keyPairName: pulumi.Output<string>;
  /** The cloud's own id of the key pair, where it has one (Alibaba Cloud, for created pairs). */
  declare readonly keyPairId: pulumi.Output<string | undefined>;
  /** The fingerprint as the cloud gives it. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** The MD5 fingerprint in colon-separated hexadecimal, as `ssh-keygen -l -E md5` prints it (without `MD5:`). */
  declare readonly fingerprintMd5: pulumi.Output<string>;
  /** The SHA-256 fingerprint, as `ssh-keygen -l` prints it: `SHA256:` and unpadded Base64. */
  declare readonly fingerprintSha256: pulumi.Output<string>;
  /** The public key as one OpenSSH line. */
  declare readonly publicKey: pulumi.Output<string>;
  /** The algorithm, as the OpenSSH line names it, for example `ssh-rsa` or `ssh-ed25519`. */
  declare readonly keyType: pulumi.Output<string>;
  /** The size of the key in bits. */
  declare readonly keyBits: pulumi.Output<number>;
  /**
   * The private key: a secret. Only of a created pair, and only while `savePrivateKey` is not `false`; the cloud gives it once,
   * so from then on the stack's state (encrypted) and `privateKeyFile` are the only places that hold it.
   */
  declare readonly privateKey: pulumi.Output<string | undefined>;
  /**
   * The private key in OpenSSH's form, whatever form the cloud sent it in: a secret. Computed from `privateKey` where the program
   * asks for it, so the state holds the key once.
   */
  get privateKeyOpenssh(): pulumi.Output<string | undefined> {
    return inForm("openssh", this.privateKey);
  }
  /** The private key as PEM (PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519): a secret, computed as `privateKeyOpenssh` is. */
  get privateKeyPem(): pulumi.Output<string | undefined> {
    return inForm("pem", this.privateKey);
  }
  /** When the pair was made: as the cloud says it, else as the provider's clock did (ISO 8601, UTC). */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** To whom the key pair belongs: the user (OpenStack: not the project) or the account (Alibaba Cloud), where the cloud tells it. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The backend that holds the key pair. */
  declare readonly backend: pulumi.Output<model.BackendName>;
  /** The region that holds the key pair. */
  declare readonly region: pulumi.Output<string | undefined>;
  /** The tags that the program gave. */
  declare readonly tags: pulumi.Output<model.Tags | undefined>;
  /** The resource group that the program gave (Alibaba Cloud). */
  declare readonly resourceGroupId: pulumi.Output<string | undefined>;
  /** Whose key pair it is, as the program gave it (OpenStack). */
  declare readonly userId: pulumi.Output<string | undefined>;
  /** The public key to import, as one OpenSSH line; `undefined` of a created pair. */
  declare readonly publicKeyBody: pulumi.Output<string | undefined>;
  /** Where the key pair lives, as the program gave it. */
  declare readonly connection: pulumi.Output<model.Connection | undefined>;
  /** What an automatic name starts with, as the program gave it. */
  declare readonly keyPairNamePrefix: pulumi.Output<string | undefined>;
  /** The file that the program named for the public key; what it held is `publicKey`. */
  declare readonly publicKeyFile: pulumi.Output<string | undefined>;
  /** How the key is made, as the program gave it. */
  declare readonly keyGeneration: pulumi.Output<model.KeyGeneration | undefined>;
  /** What the key belongs to, as the program gave it. */
  declare readonly keepers: pulumi.Output<model.Keepers | undefined>;
  /** How old the key may become, as the program gave it. */
  declare readonly rotateAfter: pulumi.Output<string | undefined>;
  /** The file that the private key is also written to, as the program gave it. */
  declare readonly privateKeyFile: pulumi.Output<string | undefined>;
  /** What encrypts that file, as the program gave it: a secret. */
  declare readonly privateKeyPassphrase: pulumi.Output<string | undefined>;
  /** Whether the state keeps the private key, as the program gave it; `undefined` means that it does. */
  declare readonly savePrivateKey: pulumi.Output<boolean | undefined>;
  /** What changed tags do, as the program gave it; `undefined` means what the stack's configuration says. */
  declare readonly tagChanges: pulumi.Output<model.TagChanges | undefined>;
  /** What becomes of a pair that is there already, as the program gave it; `undefined` means `fail`. */
  declare readonly onExisting: pulumi.Output<model.OnExisting | undefined>;

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
  static get(name: string, keyPairName: pulumi.Input<string>, opts: GetKeyPairOptions = {}): KeyPair {
    const { connection, ...options } = opts;
    return new KeyPair(name, { connection }, { ...options, id: keyPairName });
  }

  /** Whether the value is a `KeyPair`, also one of another copy of this package. */
  static override isInstance(value: unknown): value is KeyPair {
    return (
      pulumi.CustomResource.isInstance(value) &&
      "__pulumiType" in value &&
      value.__pulumiType === KeyPair.resourceType
    );
  }

  /**
   * @param name  The name of the resource in the program; an automatic `keyPairName` starts with it.
   * @param args  What to import or create.
   * @param opts  Options of every Pulumi resource (`protect`, `dependsOn`, `parent`…).
   */
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
