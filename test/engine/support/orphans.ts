import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { inject } from "vitest";
import type { EcsProject } from "./alibaba";
import type { EngineProject } from "./project";
import { stackVariables } from "./stack";

export interface Outcome {
  exitCode: number;
  out: string;
  err: string;
}

/** Runs `pulumi-keypair`. */
export async function command(
  args: string[],
  options: SpawnOptions,
  stdin = "",
  started: (child: ChildProcess) => void = () => {},
): Promise<Outcome> {
  const main = join(inject("packageFolder"), "dist/provider/cli/main.js");
  const child = spawn(process.execPath, [main, ...args], options);
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  const ended = once(child, "close");
  started(child);
  child.stdin?.end(stdin);
  const [exitCode] = await ended;
  return { exitCode, ...said };
}

/** Runs `pulumi-keypair orphans` as a user does, in the folder of the project or below it. */
export function orphans(
  { project, env }: { project: EngineProject; env: NodeJS.ProcessEnv },
  args: string[],
  { stdin = "", folder = "." } = {},
): Promise<Outcome> {
  const { pulumi, binDir } = inject("engine");
  const ofPulumi = {
    PATH: [dirname(pulumi), binDir, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: project.path("home"),
    PULUMI_HOME: project.pulumiHome,
    ...stackVariables(project.stateFolder),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  return command(["orphans", ...args], { cwd: project.path(folder), env: { ...ofPulumi, ...env } }, stdin);
}

/** The names of what was found, sorted. */
export function namesIn({ out }: Outcome): string[] {
  return JSON.parse(out)
    .orphans.map(({ name }: { name: string }) => name)
    .toSorted();
}

/** Of each pair that the cloud has and the state does not. */
export function onlyInCloud(ecs: EcsProject): string[] {
  const inState = ecs.project.resources().map(({ id }) => id);
  return ecs.names().filter((name) => !inState.includes(name));
}
