import { execFileSync } from "node:child_process";

export interface Process {
  pid: number;
  command: string;
}

/** The process and all that came from it, parents first. Each plugin of the engine leads a process group of its own. */
export function processTree(root: number): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const withChildren = (pid: number): typeof all =>
    all.filter((one) => one.parent === pid).flatMap((child) => [child, ...withChildren(child.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...withChildren(root)];
}

/** As the kernel ends processes that take too much memory, and as a container ends: nothing can be tidied up. */
export function kill(...processes: readonly Process[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Its parent's end was its own.
    }
  }
}

export function isAlive({ pid }: Process): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
