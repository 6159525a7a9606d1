import * as pulumi from "@pulumi/pulumi";
import { CONNECTION_KEYS, OTHER_KEYS } from "../provider/core/settingNames";
import { meantInstead } from "../provider/core/suggestion";

const NAMESPACE = "keypair";
const KNOWN: readonly string[] = [...CONNECTION_KEYS, ...OTHER_KEYS];

let isChecked = false;

/**
 * Warns, once a program, of keys of the stack's configuration that this package does not have. Pulumi gives a dynamic provider the
 * values that it asks for only, so the program has to look. A project that is called `keypair` has keys of its own there.
 */
export function checkConfigurationKeys(): void {
  if (isChecked || pulumi.getProject() === NAMESPACE) return;
  isChecked = true;
  for (const key of Object.keys(pulumi.runtime.allConfig())) {
    const [namespace, name = ""] = key.split(":");
    if (namespace !== NAMESPACE || KNOWN.includes(name)) continue;
    const meant = meantInstead(name, KNOWN);
    const advice =
      meant === undefined ? `The settings are ${KNOWN.join(", ")}.` : `Did you mean ${NAMESPACE}:${meant}?`;
    void pulumi.log.warn(`${key}: there is no such setting. ${advice}`);
  }
}
