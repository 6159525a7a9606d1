/**
 * Stands for `node:timers/promises`, which vitest's fake timers do not reach:
 * `vi.mock("node:timers/promises", () => import("../support/fakeClock.js"))`. It waits on the global clock, which they do.
 */
export function setTimeout<T>(ms: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException("The operation was aborted", "AbortError"));
    };
    if (signal?.aborted) return abort();
    const timer = globalThis.setTimeout(() => resolve(value as T), ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
