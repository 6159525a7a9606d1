// The ECS emulator of the tests, as a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { build } from "esbuild";
import { ROOT } from "../workspace.mts";

/** As the emulator knows it (test/emulator/ecs/server.ts). */
export const ACCESS_KEY = { id: "emulator-id", secret: "emulator-only" };

/** An emulator that runs. */
export class Ecs {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess, folder: string, reader: Interface) {
    this.#child = child;
    this.#folder = folder;
    this.#lines = reader[Symbol.asyncIterator]();
  }

  /** @param options  Those of the emulator, such as `latencyMs`. */
  static async start(options: object): Promise<{ ecs: Ecs; endpoint: string }> {
    const folder = mkdtempSync(join(tmpdir(), "keypair-bench-ecs-"));
    const outfile = join(folder, "ecs.js");
    const entry = join(ROOT, "test/emulator/ecs/main.ts");
    await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", logLevel: "error" });
    const child = spawn(process.execPath, [outfile, "--options", JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ecs = new Ecs(child, folder, createInterface({ input: child.stdout }));
    return { ecs, endpoint: await ecs.#line() };
  }

  /** How many calls came in so far. */
  async calls(): Promise<number> {
    this.#child.stdin?.write(`${JSON.stringify({ calls: true })}\n`);
    return JSON.parse(await this.#line()).length;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "close");
    this.#child.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the emulator has ended");
    return value;
  }
}
