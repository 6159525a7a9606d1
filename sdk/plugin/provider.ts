import * as pulumi from "@pulumi/pulumi";
import type * as model from "../../provider/core/model";
import type { NestedInputs } from "../inputs";
import { refuseFunctions } from "../problems";
import { secretsOf } from "../resource";
import { withPlugin } from "./options";

/** The settings of a provider: what the stack's configuration (`keypair:backend`…) says for the default one. */
export type ProviderArgs = {
  [K in keyof model.ProviderConfiguration]:
    | pulumi.Input<NestedInputs<NonNullable<model.ProviderConfiguration[K]>> | undefined>
    | undefined;
};

const SECRETS = ["accessKeySecret", "securityToken"];

/**
 * A provider with settings of its own: another region, another account, another cloud. Resources use it by the option `provider`.
 *
 * ```ts
 * const shanghai = new Provider("shanghai", { backend: "alibaba", region: "cn-shanghai", profile: "prod" });
 * new KeyPair("web", {}, { provider: shanghai });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  /** What policy packs match the class by. */
  static readonly __pulumiType = "keypair";

  /**
   * @param name  The name of the provider in the program.
   * @param args  Its settings. Those that it does not have come from the places that the cloud's own tools use, not from the
   *   stack's configuration.
   */
  constructor(name: string, args: ProviderArgs = {}, opts: pulumi.ResourceOptions = {}) {
    refuseFunctions(name, args);
    super("keypair", name, { ...args, ...secretsOf(args, SECRETS) }, withPlugin(opts));
  }
}
