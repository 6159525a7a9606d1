// Times one workload through the life of a stack.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../engine/locate.mts";
import { runPulumi } from "../pulumi.mts";
import { makeWorkspace, ROOT, workspaceIn } from "../workspace.mts";
import { type Workload, writeProject } from "./project.mts";

/** What is timed, in the order in which it is done. */
export const PHASES = ["up", "up again", "refresh", "destroy"] as const;
export type Phase = (typeof PHASES)[number];

export interface Timing {
  /** From start to end, in seconds. */
  wall: number;
  /** Of the engine, the program and the provider together, in seconds; `NaN` where the system does not tell. */
  cpu: number;
}

export interface Measurement {
  phases: Record<Phase, Timing>;
  /** Of the state after `up`, in bytes. */
  stateBytes: number;
  /** Of one `__provider`, in bytes. */
  providerBytes: number;
}

const STACK = "bench";
const COMMANDS: Record<Phase, string> = {
  up: "up",
  "up again": "up",
  refresh: "refresh",
  destroy: "destroy",
};

/** Runs the workload once in a folder of its own, and removes it. */
export async function measure(engine: Engine, workload: Workload, count: number): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "keypair-bench-"));
  try {
    const workspace = workspaceIn(folder);
    makeWorkspace(workspace);
    writeProject(workspace.project, workload, count);
    const pulumi = async (...args: string[]) => {
      const { exitCode, lines } = await runPulumi(args, { engine, workspace });
      if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${lines.slice(-20).join("\n")}`);
    };
    await pulumi("stack", "init", STACK);
    const phases: Partial<Record<Phase, Timing>> = {};
    let state = { stateBytes: 0, providerBytes: 0 };
    for (const phase of PHASES) {
      phases[phase] = await timed(() =>
        pulumi(COMMANDS[phase], "--yes", "--skip-preview", "--suppress-progress", "--suppress-outputs"),
      );
      if (phase === "up")
        state = readState(join(workspace.state, `.pulumi/stacks/bench/${STACK}.json`), count);
    }
    return { phases: phases as Record<Phase, Timing>, ...state };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds that a new process takes to load the modules, one after the other. */
export function loadMilliseconds(...modules: string[]): number {
  const loading = modules.map((name) => `require(${JSON.stringify(name)});`).join(" ");
  const program = `const start = performance.now(); ${loading} console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ["-e", program], { cwd: ROOT, encoding: "utf8" }));
}

/** From the start of the process until its first output. */
export async function startMilliseconds([file = "", ...args]: string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(file, args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  const taken = performance.now() - start;
  child.kill("SIGKILL");
  await ended;
  return taken;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

async function timed(work: () => Promise<void>): Promise<Timing> {
  const [wallBefore, cpuBefore] = [performance.now(), cpuOfEndedProcesses()];
  await work();
  return { wall: (performance.now() - wallBefore) / 1000, cpu: cpuOfEndedProcesses() - cpuBefore };
}

/** Seconds of all descendants that have ended; unlike the wall clock they hardly depend on what else the machine does. */
function cpuOfEndedProcesses(): number {
  try {
    // proc(5): cutime and cstime are fields 16 and 17, in hundredths of a second; field 2 may hold spaces.
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return Number.NaN;
  }
}

function readState(file: string, count: number) {
  const text = readFileSync(file, "utf8");
  const { checkpoint } = JSON.parse(text);
  const resources: { inputs?: { __provider?: string } }[] = checkpoint.latest.resources;
  const stored = resources.flatMap(({ inputs }) => inputs?.__provider ?? []);
  if (stored.length !== count) throw new Error(`the state holds ${stored.length} resources, not ${count}`);
  return { stateBytes: Buffer.byteLength(text), providerBytes: Buffer.byteLength(stored[0] ?? "") };
}
