import type * as pulumi from "@pulumi/pulumi";
import {
  ATTACHMENT_ARGUMENTS,
  ATTACHMENT_OUTPUTS,
  ATTACHMENT_TYPES,
  type KeyPairAttachmentArgs,
  KeyPairAttachmentOutputs,
} from "../keyPairAttachmentProperties";
import { refuseFunctions } from "../problems";
import { unset } from "../resource";
import { resourceOptions } from "./options";

/**
 * Key pairs on instances (Alibaba Cloud ECS): the `KeyPairAttachment` of `pulumi-keypair`, served by the plugin.
 *
 * ```ts
 * new KeyPairAttachment("web", { keyPairName: deploy.keyPairName, instanceIds: [web.id] });
 * ```
 */
export class KeyPairAttachment extends KeyPairAttachmentOutputs {
  /** The type that states hold; never renamed. */
  static readonly resourceType = ATTACHMENT_TYPES.plugin;
  /** What policy packs match the class by (`validateResourceOfType(KeyPairAttachment, …)`). */
  static readonly __pulumiType = KeyPairAttachment.resourceType;

  /**
   * @param name  The name of the resource in the program.
   * @param args  Which key pair, and which instances.
   * @param opts  Options of every Pulumi resource.
   */
  constructor(name: string, args: KeyPairAttachmentArgs, opts: pulumi.CustomResourceOptions = {}) {
    refuseFunctions(name, args);
    const inputs = { ...unset(Object.keys({ ...ATTACHMENT_ARGUMENTS, ...ATTACHMENT_OUTPUTS })), ...args };
    super(KeyPairAttachment.resourceType, name, inputs, resourceOptions(ATTACHMENT_TYPES.dynamic, [], opts));
  }
}
