import type { ProviderSettings } from "../../core/connection";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { findProject, projectFolder } from "../../core/projectFolder";
import { readSettings } from "../../core/settings";
import type { Io } from "../input";
import type { PairsOptions } from "./options";

export interface SettingsParts extends Pick<Io, "complain"> {
  /** The configuration of the stack, as `pulumi config --json` prints it. */
  exportConfiguration(stack: string | undefined): Promise<string>;
}

/**
 * What the stack's configuration says; nothing outside of a Pulumi project. Where the command line names the cloud, a
 * configuration that cannot be read is only complained about.
 */
export async function settingsFor(options: PairsOptions, parts: SettingsParts): Promise<ProviderSettings> {
  const values = await configuration(options, parts);
  return readSettings((key) => values.get(`keypair:${key}`), projectFolder());
}

async function configuration(
  { stack, backend }: PairsOptions,
  { exportConfiguration, complain }: SettingsParts,
): Promise<Map<string, string>> {
  if (stack === undefined && findProject() === undefined) return new Map();
  try {
    return valuesIn(await exportConfiguration(stack));
  } catch (error) {
    const isNeeded = stack !== undefined || backend === undefined;
    if (isNeeded || !isKeyPairError(error, "Configuration")) throw error;
    complain(`pulumi-keypair: the stack's configuration is not used: ${error.message}\n`);
    return new Map();
  }
}

/** An error of JSON.parse quotes a piece of the text, which may hold a secret, so it is not passed on. */
function valuesIn(text: string): Map<string, string> {
  try {
    const entries: [string, { value?: string }][] = Object.entries(JSON.parse(text));
    return new Map(entries.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
  } catch {
    const message = "`pulumi config --json` printed something else than a configuration";
    throw new KeyPairError({ code: "Configuration", message });
  }
}
