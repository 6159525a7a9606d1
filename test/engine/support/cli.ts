import { join } from "node:path";
import { inject } from "vitest";
import type { EngineProject } from "./project";

/** Runs `pulumi-keypair` as a user does, in the folder of the project. What it printed is standard output and standard error. */
export function cli(
  project: EngineProject,
  ...args: string[]
): Promise<{ exitCode: number; output: string }> {
  const main = join(inject("packageFolder"), "dist/provider/cli/main.js");
  return project.exec(process.execPath, [main, ...args]);
}
