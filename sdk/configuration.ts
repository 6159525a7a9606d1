import * as pulumi from "@pulumi/pulumi";
import { CONNECTION_KEYS, OTHER_KEYS, SECRET_SETTINGS } from "../provider/core/settingNames";
import { meantInstead } from "../provider/core/suggestion";

const NAMESPACE = "keypair";
const KNOWN: readonly string[] = [...CONNECTION_KEYS, ...OTHER_KEYS];

let isChecked = false;

/**
 * Warns, once a program, of secrets that the stack's configuration holds in clear text, and of keys that this package does not have.
 * Only the program can tell: Pulumi gives a plugin no secret marks (`CheckConfig`), and a dynamic provider only the values that it asks
 * for. A project that is called `keypair` has keys of its own there.
 */
export function checkConfiguration(): void {
  if (isChecked || pulumi.getProject() === NAMESPACE) return;
  isChecked = true;
  for (const key of Object.keys(pulumi.runtime.allConfig())) {
    const [namespace, name = ""] = key.split(":");
    const warning = namespace === NAMESPACE ? (unknownKey(name) ?? clearText(name)) : undefined;
    if (warning !== undefined) void pulumi.log.warn(`${key}${warning}`);
  }
}

function unknownKey(name: string): string | undefined {
  if (KNOWN.includes(name)) return undefined;
  const meant = meantInstead(name, KNOWN);
  const advice =
    meant === undefined ? `The settings are ${KNOWN.join(", ")}.` : `Did you mean ${NAMESPACE}:${meant}?`;
  return `: there is no such setting. ${advice}`;
}

function clearText(name: string): string | undefined {
  const key = `${NAMESPACE}:${name}`;
  if (!SECRET_SETTINGS.includes(name) || !isInClearText(key)) return undefined;
  return (
    " stands in the stack's configuration in clear text. Encrypt it with " +
    `\`pulumi config set --secret ${key}\`, and if others can read the file, have the key replaced.`
  );
}

/** Pulumi's types do not have the function. Where it is missing some day, nobody is warned. */
function isInClearText(key: string): boolean {
  const runtime: typeof pulumi.runtime & { isConfigSecret?(key: string): boolean } = pulumi.runtime;
  return runtime.isConfigSecret?.(key) === false;
}
