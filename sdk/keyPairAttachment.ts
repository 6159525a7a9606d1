import type * as pulumi from "@pulumi/pulumi";
import { ATTACHMENT_PROVIDER } from "../provider/fronts/dynamic/stub";
import {
  ATTACHMENT_ARGUMENTS,
  ATTACHMENT_OUTPUTS,
  ATTACHMENT_TYPES,
  type KeyPairAttachmentArgs,
  KeyPairAttachmentOutputs,
} from "./keyPairAttachmentProperties";
import { prepared, type ResourceKind, report } from "./resource";

const ATTACHMENT: ResourceKind = {
  type: ATTACHMENT_TYPES.dynamic,
  pluginType: ATTACHMENT_TYPES.plugin,
  provider: ATTACHMENT_PROVIDER,
  args: Object.keys(ATTACHMENT_ARGUMENTS),
  outputs: ATTACHMENT_OUTPUTS,
  insteadOfImport:
    "To take over an attachment that is there already, leave the option out: attaching again changes nothing.",
};

/**
 * Key pairs on instances (Alibaba Cloud ECS): the public key is put on each instance. A running instance takes the change when
 * it is restarted: with `restartInstances` the resource does that, else it says which instances are meant.
 *
 * ```ts
 * new KeyPairAttachment("web", { keyPairName: deploy.keyPairName, instanceIds: [web.id] });
 * ```
 */
export class KeyPairAttachment extends KeyPairAttachmentOutputs {
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
