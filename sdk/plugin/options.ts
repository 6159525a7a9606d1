import * as pulumi from "@pulumi/pulumi";
import { checkConfiguration } from "../configuration";

/**
 * Which plugin the engine takes for a resource or a look-up: that of this package's version, unless the program says another. No
 * place to download it from: the package has it.
 */
export function withPlugin<Options extends { version?: string }>(options: Options): Options {
  checkConfiguration();
  const { version } = require("pulumi-keypair/package.json");
  return { version, ...options };
}

/** Options of a resource of the plugin, which takes over one of the dynamic front. */
export function resourceOptions(
  dynamicType: string,
  secretOutputs: string[],
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  const own = { aliases: [{ type: dynamicType }], additionalSecretOutputs: secretOutputs };
  return pulumi.mergeOptions(own, withPlugin(options));
}
