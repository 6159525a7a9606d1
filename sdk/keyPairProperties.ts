import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import type { NestedInputs } from "./inputs";
import { inForm } from "./keys";

/* What the `KeyPair` of the dynamic front and that of the plugin have in common: arguments and outputs. */

/** The types that states hold, one a front; never renamed. */
export const KEY_PAIR_TYPES = {
  dynamic: "pulumi-nodejs:dynamic/keypair:KeyPair",
  plugin: "keypair:index:KeyPair",
} as const;

type ArgumentName = keyof model.KeyPairArgs;
type OutputName = Exclude<keyof model.KeyPairOutputs, ArgumentName>;

export const KEY_PAIR_ARGUMENTS: Record<ArgumentName, true> = {
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
export const KEY_PAIR_OUTPUTS: Record<OutputName, string | undefined> = {
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

/** Outputs that the class computes from others: Pulumi must not make properties of them. */
export const COMPUTED_OUTPUTS: readonly string[] = ["privateKeyOpenssh", "privateKeyPem"];

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

/** Where a program gives one of these arguments, there may be no private key. */
type WithoutPrivateKey = "publicKeyBody" | "publicKeyFile" | "savePrivateKey";

/** The private key of a key pair whose program gives these arguments. */
export type PrivateKeyWith<Given extends keyof KeyPairArgs> =
  Extract<Given, WithoutPrivateKey> extends never ? string : string | undefined;

/** Options of `KeyPair.get`. */
export type GetKeyPairOptions = pulumi.CustomResourceOptions & Pick<KeyPairArgs, "connection">;

/** The outputs of a `KeyPair`. */
export class KeyPairOutputs<PrivateKey extends string | undefined> extends pulumi.CustomResource {
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
  declare readonly privateKey: pulumi.Output<PrivateKey>;
  /**
   * The private key in OpenSSH's form, whatever form the cloud sent it in: a secret. Computed from `privateKey` where the program
   * asks for it.
   */
  get privateKeyOpenssh(): pulumi.Output<PrivateKey> {
    return inForm("openssh", this.privateKey);
  }
  /** The private key as PEM (PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519): a secret, computed as `privateKeyOpenssh` is. */
  get privateKeyPem(): pulumi.Output<PrivateKey> {
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
}
