import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe } from "vitest";
import type { HttpReply } from "../../../provider/transport/http";
import type { SdkCall } from "./officialClient";

/** The version that the facts of the wire were taken from. */
const REQUIREMENT = "alibabacloud_ecs20140526==7.11.8";
const FOLDER = join(__dirname, "../../../.cache/python-sdk-7.11.8");
const PYTHON = join(FOLDER, "bin/python");

const basePython = ["python3", "python"].find(
  (name) => spawnSync(name, ["-m", "venv", "--help"]).status === 0,
);
if (basePython === undefined) {
  console.warn(
    "\n*** SKIPPED: no Python is here, so the emulator of ECS is not proven by the official Python SDK. ***\n",
  );
}

/** `describe` for tests that need the Python SDK: skipped, and counted as skipped, where there is no Python for it. */
export const describePythonSdk = describe.skipIf(basePython === undefined);

/** Installs the SDK, once for all test runs. The first time needs PyPI, and half a minute. */
export function installPythonSdk(): void {
  if (basePython === undefined || existsSync(PYTHON)) return;
  const half = `${FOLDER}.${process.pid}`;
  try {
    run(basePython, "-m", "venv", half);
    run(
      join(half, "bin/python"),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      REQUIREMENT,
    );
    // The interpreter is a link and knows its folder by where it is, so the folder may be moved; half an install never gets there.
    renameSync(half, FOLDER);
  } catch (error) {
    if (!existsSync(PYTHON)) throw error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

export interface PythonSdk {
  call: SdkCall;
  close(): void;
}

export function pythonSdk(endpoint: string, accessKeyId: string, accessKeySecret: string): PythonSdk {
  const script = join(__dirname, "python_sdk.py");
  const child = spawn(PYTHON, [script, new URL(endpoint).host, accessKeyId, accessKeySecret], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const replies = repliesOf(child);
  let calls = 0;
  return {
    call: (action, parameters) => {
      const id = ++calls;
      child.stdin.write(`${JSON.stringify({ id, action, parameters })}\n`);
      return new Promise((resolve, reject) => replies.set(id, { resolve, reject }));
    },
    close: () => child.stdin.end(),
  };
}

interface Waiting {
  resolve(reply: HttpReply): void;
  reject(error: Error): void;
}

function repliesOf({ stdout }: ChildProcess): Map<number, Waiting> {
  const waiting = new Map<number, Waiting>();
  if (stdout === null) return waiting;
  createInterface({ input: stdout })
    .on("line", (line) => {
      const { id, status, body, broken } = JSON.parse(line);
      if (broken) waiting.get(id)?.reject(new Error(broken));
      else waiting.get(id)?.resolve({ status, headers: {}, text: JSON.stringify(body) });
      waiting.delete(id);
    })
    .on("close", () => {
      for (const { reject } of waiting.values()) reject(new Error("the Python SDK ended"));
    });
  return waiting;
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
}
