import * as pulumi from "@pulumi/pulumi";

/** Where the engine downloads the plugin from when it is not there yet; as schema.json says it. */
export const PLUGIN_DOWNLOAD_URL = "github://api.github.com/pulumi-keypair/pulumi-keypair";

/** Which plugin the engine takes for a resource or a look-up: that of this package's version, unless the program says another. */
export function withPlugin<Options extends { version?: string; pluginDownloadURL?: string }>(
  options: Options,
): Options {
  const { version } = require("pulumi-keypair/package.json");
  return { version, pluginDownloadURL: PLUGIN_DOWNLOAD_URL, ...options };
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
