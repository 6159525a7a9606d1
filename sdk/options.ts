import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./inputs";

/** What a message names if only the plugin can do something. */
export const PLUGIN = 'the plugin (README, "The plugin")';
/** The type of the engine's own provider of all dynamic resources. */
const DYNAMIC_PROVIDER = "pulumi:providers:pulumi-nodejs";

export interface SupportedOptions {
  options: pulumi.CustomResourceOptions;
  problems: Problem[];
}

/**
 * The options without those that no dynamic resource can have, which become problems. The engine would end the run at the first
 * of them, with a message about its own internals.
 *
 * @param insteadOfImport  How the program can have a resource that is there already.
 */
export function supportedOptions(
  { import: importId, provider, ...options }: pulumi.CustomResourceOptions,
  insteadOfImport: string,
): SupportedOptions {
  const problems: Problem[] = [];
  if (importId !== undefined) {
    problems.push({ property: "import", reason: `this option needs ${PLUGIN}. ${insteadOfImport}` });
  }
  if (provider === undefined) return { options, problems };
  if (isDynamicProvider(provider)) return { options: { ...options, provider }, problems };
  const reason =
    `this option needs ${PLUGIN}. Without the plugin, the settings come from the stack's configuration (keypair:backend…) ` +
    "and from connection.";
  return { options, problems: [...problems, { property: "provider", reason }] };
}

/** Says that the time-outs have no effect: the engine gives them to the provider, and a dynamic provider does not get them. */
export function warnOfTimeouts(
  { customTimeouts }: pulumi.CustomResourceOptions,
  resource: pulumi.Resource,
): void {
  if (customTimeouts === undefined) return;
  void pulumi.log.warn(
    `customTimeouts has no effect on this resource. Set keypair:timeoutSeconds in the stack's configuration, or use ${PLUGIN}.`,
    resource,
  );
}

/** A resource that is only read is not checked, so its problems are reported here, and end the program. */
export function throwProblems(name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const told = problems.map(({ property, reason }) => `${property}: ${reason}`).join(" ");
  throw new pulumi.RunError(`key pair resource '${name}': ${told}`);
}

function isDynamicProvider(provider: pulumi.ProviderResource): boolean {
  return "__pulumiType" in provider && provider.__pulumiType === DYNAMIC_PROVIDER;
}
