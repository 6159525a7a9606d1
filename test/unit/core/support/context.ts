import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { ProviderSettings } from "../../../../provider/core/connection";
import type { OperationContext } from "../../../../provider/core/resource/contract";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { catalogOf, type FakeBackend } from "./fakeBackend";

export const URN = "urn:pulumi:test::unit::pulumi-nodejs:dynamic/keypair:KeyPair::web";

/** Settings of a stack that says nothing but the backend. */
export function settingsOf(more: Partial<ProviderSettings> = {}): ProviderSettings {
  return {
    connection: { backend: "local" },
    credentials: {},
    timeoutSeconds: 600,
    projectFolder: "/project",
    ...more,
  };
}

/** A folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "keypair-unit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestContext extends OperationContext {
  warnings: string[];
  progress: string[];
  catalog: ReturnType<typeof catalogOf>;
}

/** What an operation works with, of a process that has just started. */
export function contextOf(backend: FakeBackend, { timeoutSeconds = 600 } = {}): TestContext {
  const warnings: string[] = [];
  const progress: string[] = [];
  return {
    settings: settingsOf({ timeoutSeconds }),
    catalog: catalogOf(backend),
    run: new RunMemory(),
    operation: {
      signal: new AbortController().signal,
      deadline: Date.now() + timeoutSeconds * 1000,
      progress: (message) => progress.push(message),
    },
    warn: (message) => warnings.push(message),
    warnings,
    progress,
  };
}

/** Waits for what waits on a clock, without the time that it takes. */
export async function withoutWaiting<T>(action: () => Promise<T>): Promise<T> {
  let isOver = false;
  const result = action().finally(() => {
    isOver = true;
  });
  // Its failure is the caller's to see, at the end.
  result.catch(() => {});
  while (!isOver) {
    await vi.advanceTimersByTimeAsync(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return result;
}

/** The time stands still, but for `withoutWaiting`. */
export function useFakeTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}
