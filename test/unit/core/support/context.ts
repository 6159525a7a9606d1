import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { FolderJournal } from "../../../../provider/core/journal";
import { type LifecycleContext, MadeInRun } from "../../../../provider/core/keyPair/lifecycle";
import { catalogOf, type FakeBackend } from "./fakeBackend";

export const URN = "urn:pulumi:test::unit::pulumi-nodejs:dynamic/keypair:KeyPair::web";

/** A folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "keypair-unit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestContext extends LifecycleContext {
  warnings: string[];
  progress: string[];
  journalFolder: string;
  catalog: ReturnType<typeof catalogOf>;
}

/** What an operation works with, of a process that has just started. */
export function contextOf(
  backend: FakeBackend,
  { journalFolder = join(testFolder(), "journal"), timeoutSeconds = 600 } = {},
): TestContext {
  const warnings: string[] = [];
  const progress: string[] = [];
  return {
    settings: { connection: { backend: "local" }, credentials: {}, timeoutSeconds },
    catalog: catalogOf(backend),
    journal: new FolderJournal(journalFolder),
    urn: URN,
    operation: {
      signal: new AbortController().signal,
      deadline: Date.now() + timeoutSeconds * 1000,
      progress: (message) => progress.push(message),
    },
    warn: (message) => warnings.push(message),
    made: new MadeInRun(),
    warnings,
    progress,
    journalFolder,
  };
}

/** Waits for what waits on a clock, without the time that it takes. The pauses themselves are faked by fakeClock.ts. */
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
