import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgress } from "../../../scripts/engine/progress.mts";
import { run } from "../../../scripts/engine/run.mts";

it.skipIf(process.platform === "win32")(
  "ends what a command has started when it is interrupted",
  async () => {
    const home = mkdtempSync(join(tmpdir(), "engine-run-test-"));
    const interrupt = new AbortController();
    const alive = join(home, "alive");
    const parent = `(while true; do touch ${alive}; sleep 0.05; done) & wait`;
    const running = run("/bin/sh", ["-c", parent], { signal: interrupt.signal });
    await vi.waitFor(() => expect(existsSync(alive)).toBe(true), { timeout: 10_000 });
    interrupt.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    rmSync(alive);
    await new Promise((done) => setTimeout(done, 200));
    expect(existsSync(alive)).toBe(false);
    rmSync(home, { recursive: true });
  },
);

describe("progress", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const follow = (isTTY: boolean) => {
    let written = "";
    const write = (text: string) => {
      written += text;
    };
    const stream = { isTTY, columns: 40, write };
    const progress = createProgress(stream);
    progress.begin("Building");
    progress.update("7 of 9 packages");
    return { progress, written: () => written };
  };

  it("prints a line every 15 s where lines cannot be rewritten", () => {
    const { progress, written } = follow(false);
    vi.advanceTimersByTime(31_000);
    progress.end();
    progress.end();
    expect(written()).toBe(
      ["Building …", ...[15, 30, 31].map((s) => `Building · 7 of 9 packages · ${s} s`), ""].join("\n"),
    );
  });

  it("rewrites one line on a terminal and ends it", () => {
    const { progress, written } = follow(true);
    vi.advanceTimersByTime(1_000);
    progress.say("done");
    const lines = written().split("\n");
    expect(lines[0]?.split("\r\u001b[2K").slice(1)).toEqual([
      "Building · 0 s",
      "Building · 7 of 9 packages · 1 s",
      "Building · 7 of 9 packages · 1 s",
      "Building · 7 of 9 packages · 1 s",
    ]);
    expect(lines.slice(1)).toEqual(["done", ""]);
  });
});
