import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const STACK = "dev";

/** Where the engine keeps a stack's state, and by what it encrypts its secrets. */
export function stackVariables(stateFolder: string): {
  PULUMI_BACKEND_URL: string;
  PULUMI_CONFIG_PASSPHRASE: string;
} {
  return {
    // The files of metadata are not written in one step: after a kill an empty one makes every command fail ("EOF").
    PULUMI_BACKEND_URL: `file://${stateFolder}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
  };
}

/** What a project's stack is made of, and where. */
interface StackFiles {
  /** The project's folder, with its Pulumi.yaml. */
  folder: string;
  stateFolder: string;
  pulumiHome: string;
}

/**
 * Gives a project a copy of a stack that was made before, and selects it.
 * @param config  The lines of the stack's configuration file.
 */
export function copyStack(
  from: string,
  { folder, stateFolder, pulumiHome }: StackFiles,
  config: string,
): void {
  cpSync(join(from, "state"), stateFolder, { recursive: true });
  const file = `Pulumi.${STACK}.yaml`;
  writeFileSync(join(folder, file), readFileSync(join(from, file), "utf8") + config);
  // As the engine names it.
  const project = createHash("sha1")
    .update(join(realpathSync(folder), "Pulumi.yaml"))
    .digest("hex");
  const selected = { [stackVariables(stateFolder).PULUMI_BACKEND_URL]: `organization/test/${STACK}` };
  mkdirSync(join(pulumiHome, "workspaces"), { recursive: true });
  writeFileSync(
    join(pulumiHome, "workspaces", `test-${project}-workspace.json`),
    JSON.stringify({ stacks: selected }),
  );
}
