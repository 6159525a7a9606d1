import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import { ATTACHMENT_PROVIDER } from "../provider/fronts/dynamic/stub";
import type { NestedInputs } from "./inputs";
import { prepared, type ResourceKind, report } from "./resource";

type ArgumentName = keyof model.KeyPairAttachmentArgs;
type OutputName = Exclude<keyof model.KeyPairAttachmentState, ArgumentName | `__${string}`>;

const ARGUMENTS: Record<ArgumentName, true> = {
  keyPairName: true,
  instanceIds: true,
  restartInstances: true,
  connection: true,
};

/** Each with the argument that a program may have meant. */
const OUTPUTS: Record<OutputName, string | undefined> = {
  pendingRestarts: "restartInstances",
  backend: "connection.backend",
  region: "connection.region",
  ownerId: undefined,
};

const ATTACHMENT: ResourceKind = {
  type: "pulumi-nodejs:dynamic/keypair:KeyPairAttachment",
  provider: ATTACHMENT_PROVIDER,
  args: Object.keys(ARGUMENTS),
  outputs: OUTPUTS,
  insteadOfImport:
    "To take over an attachment that is there already, leave the option out: attaching again changes nothing.",
};

type NotArguments = { [K in OutputName]?: never };

/** The arguments of a `KeyPairAttachment`. */
export interface KeyPairAttachmentArgs extends NotArguments {
  /** The name of the key pair to attach. A change replaces the attachment: the new pair is attached first. */
  keyPairName: pulumi.Input<string>;
  /**
   * The instances, at least one. An instance has one key pair at the most: attaching another takes the place of the one before.
   * A changed list is a change in place.
   */
  instanceIds: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether running instances are restarted once the key pair is attached, one after the other: they take the key only then. Without
   * it the resource says which instances take the key at their next restart.
   */
  restartInstances?: pulumi.Input<boolean | undefined> | undefined;
  /** Where the key pair lives, when that is not what the stack's configuration says. Another place replaces the attachment. */
  connection?: pulumi.Input<NestedInputs<model.Connection> | undefined> | undefined;
}

/**
 * Key pairs on instances (Alibaba Cloud ECS): the public key is put on each instance. A running instance takes the change when
 * it is restarted: with `restartInstances` the resource does that, else it says which instances are meant.
 *
 * ```ts
 * new KeyPairAttachment("web", { keyPairName: deploy.keyPairName, instanceIds: [web.id] });
 * ```
 */
export class KeyPairAttachment extends pulumi.CustomResource {
  /** The name of the key pair. */
  declare readonly keyPairName: pulumi.Output<string>;
  /** The instances that this resource attached it to. */
  declare readonly instanceIds: pulumi.Output<string[]>;
  /** Whether running instances are restarted, as the program gave it. */
  declare readonly restartInstances: pulumi.Output<boolean | undefined>;
  /** The instances that this resource attached the key pair to while they ran, and did not restart. */
  declare readonly pendingRestarts: pulumi.Output<string[] | undefined>;
  /** Where the key pair lives, as the program gave it. */
  declare readonly connection: pulumi.Output<model.Connection | undefined>;
  /** The backend that holds the key pair. */
  declare readonly backend: pulumi.Output<model.BackendName>;
  /** The region that holds the key pair. */
  declare readonly region: pulumi.Output<string | undefined>;
  /** The account that the key pair belongs to, where the cloud tells it. */
  declare readonly ownerId: pulumi.Output<string | undefined>;

  /** The type that states hold; never renamed. */
  static readonly resourceType = ATTACHMENT.type;
  /** What policy packs match the class by (`validateResourceOfType(KeyPairAttachment, …)`). */
  static readonly __pulumiType = KeyPairAttachment.resourceType;

  /**
   * @param name  The name of the resource in the program.
   * @param args  Which key pair, and which instances.
   * @param opts  Options of every Pulumi resource.
   */
  constructor(name: string, args: KeyPairAttachmentArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { inputs, options } = prepared(ATTACHMENT, name, args, opts);
    super(ATTACHMENT.type, name, inputs, options);
    report(this, opts);
  }
}
