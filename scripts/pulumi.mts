// Runs the Pulumi command line in a workspace, so that an interrupt lets it finish and record what it has begun.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Engine } from "./engine/locate.mts";
import { type Workspace, workspaceEnvironment } from "./workspace.mts";

export interface PulumiRun {
  exitCode: number;
  /** Both streams, in the order in which they came. */
  lines: string[];
}

export interface PulumiOptions {
  engine: Engine;
  workspace: Workspace;
  env?: NodeJS.ProcessEnv;
  /** Called for every line of both streams. */
  onLine?: (line: string) => void;
}

/** Ctrl+C arrives twice at once under npm: from the terminal, and passed on by npm. Pulumi takes two for "stop, at any price". */
const ONE_KEY_MS = 1_000;

/** Resolves when the command has ended, with whatever exit code. */
export function runPulumi(args: string[], options: PulumiOptions): Promise<PulumiRun> {
  const { engine, workspace, env = {}, onLine } = options;
  return new Promise((resolve, reject) => {
    // In a group of its own the terminal's Ctrl+C does not reach it; it gets the interrupts that are passed on below.
    const child = spawn(engine.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: workspace.project,
      env: { ...workspaceEnvironment(workspace, engine), ...env },
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        onLine?.(line);
      });
    }
    const stopPassing = passOnInterrupts((signal) => child.kill(signal));
    child.on("error", (error) => {
      stopPassing();
      reject(error);
    });
    child.on("close", (code) => {
      stopPassing();
      resolve({ exitCode: code ?? 1, lines });
    });
  });
}

function passOnInterrupts(pass: (signal: "SIGINT") => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    if (Date.now() - last <= ONE_KEY_MS) return;
    last = Date.now();
    // Also for a request to terminate: an interrupt is what Pulumi ends well on.
    pass("SIGINT");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
