import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import type { NestedInputs } from "./inputs";

/* What the `KeyPairAttachment` of the dynamic front and that of the plugin have in common. */

/** The types that states hold, one a front; never renamed. */
export const ATTACHMENT_TYPES = {
  dynamic: "pulumi-nodejs:dynamic/keypair:KeyPairAttachment",
  plugin: "keypair:index:KeyPairAttachment",
} as const;

type ArgumentName = keyof model.KeyPairAttachmentArgs;
type OutputName = Exclude<keyof model.KeyPairAttachmentState, ArgumentName | `__${string}`>;

export const ATTACHMENT_ARGUMENTS: Record<ArgumentName, true> = {
  keyPairName: true,
  instanceIds: true,
  restartInstances: true,
  connection: true,
};

/** Each with the argument that a program may have meant. */
export const ATTACHMENT_OUTPUTS: Record<OutputName, string | undefined> = {
  pendingRestarts: "restartInstances",
  backend: "connection.backend",
  region: "connection.region",
  ownerId: undefined,
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

/** The outputs of a `KeyPairAttachment`. */
export class KeyPairAttachmentOutputs extends pulumi.CustomResource {
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
}
