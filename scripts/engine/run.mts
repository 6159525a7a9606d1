// Runs a command so that it can be followed line by line and ended with everything it started.

import { type ChildProcess, spawn } from "node:child_process";
import { basename } from "node:path";
import { createInterface } from "node:readline";

export interface RunOptions {
  /** How errors name the command; default: the command and its first argument. */
  label?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** Called for every line of both streams. */
  onLine?: (line: string) => void;
}

/** How many of its last lines a failed command's error shows. */
const TAIL_LINES = 12;
/** A command that ignores the request to end is killed after this long. */
const KILL_AFTER_MS = 5_000;

/** Resolves to the lines of the standard output; rejects with the last lines on failure. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string[]> {
  const { cwd, env, signal, onLine } = options;
  const label = options.label ?? `${basename(command)} ${args[0] ?? ""}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    // A group of its own lets an interrupt reach what the command itself started: compilers, curl.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed: string[] = [];
    const tail: string[] = [];
    const follow = (line: string) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    };
    createInterface({ input: child.stdout }).on("line", (line) => {
      printed.push(line);
      follow(line);
    });
    createInterface({ input: child.stderr }).on("line", follow);

    let killTimer: NodeJS.Timeout | undefined;
    const abort = () => {
      endGroup(child, "SIGTERM");
      killTimer = setTimeout(() => endGroup(child, "SIGKILL"), KILL_AFTER_MS);
    };
    signal?.addEventListener("abort", abort, { once: true });

    const settle = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener("abort", abort);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (code, killedBy) => {
      settle();
      if (signal?.aborted) return reject(signal.reason);
      if (code === 0) return resolve(printed);
      const ended = killedBy ? `was ended by ${killedBy}` : `failed with code ${code}`;
      reject(new Error([`${label} ${ended}`, ...tail].join("\n")));
    });
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
