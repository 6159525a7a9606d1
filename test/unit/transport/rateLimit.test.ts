import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SharedOperation } from "../../../provider/transport/operation";
import { RateLimit } from "../../../provider/transport/rateLimit";
import { retry } from "../../../provider/transport/retry";
import { operation, throttled } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LATENCY_MS = 50;

/** A cloud that refuses a call with `Throttled` when `grants` says so, each answer after 50 ms. */
function cloud(grants: () => boolean) {
  const calls = { granted: 0, throttled: 0 };
  const call = async () => {
    const granted = grants();
    calls[granted ? "granted" : "throttled"]++;
    await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
    if (!granted) throw throttled();
  };
  return { calls, call };
}

/** `calls` in each whole window. */
function fixedWindow(calls: number, windowMs = 1000) {
  let current = -1;
  let used = 0;
  return () => {
    const now = Math.floor(Date.now() / windowMs);
    if (now !== current) [current, used] = [now, 0];
    return ++used <= calls;
  };
}

/** `perSecond` tokens a second, at most `burst` kept. */
function tokenBucket(perSecond: number, burst: number) {
  let tokens = burst;
  let last = Date.now();
  return () => {
    tokens = Math.min(burst, tokens + ((Date.now() - last) * perSecond) / 1000);
    last = Date.now();
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** Runs 500 calls, at most `parallel` at a time, and answers how many seconds that took. */
async function fiveHundred(call: () => Promise<void>, parallel: number): Promise<number> {
  const limit = new RateLimit();
  const started = Date.now();
  let left = 500;
  const worker = async () => {
    while (left-- > 0) {
      const one = operation();
      await retry(one, () => limit.run(call, one), { idempotent: false });
    }
  };
  let ended = 0;
  const all = Promise.all(Array.from({ length: parallel }, worker)).then(() => {
    ended = Date.now();
  });
  await vi.advanceTimersByTimeAsync(120_000);
  await all;
  return (ended - started) / 1000;
}

describe("500 calls under a limit of 20 a second take at most 1.3 times the ideal time", () => {
  const ideal = 500 / 20;
  test.each([
    ["windows of a second, all at once", () => fixedWindow(20), 500],
    ["windows of a second, 8 at a time", () => fixedWindow(20), 8],
    ["a bucket of 20, all at once", () => tokenBucket(20, 20), 500],
    ["a bucket of 20, 8 at a time", () => tokenBucket(20, 20), 8],
    ["a bucket of 1, 8 at a time", () => tokenBucket(20, 1), 8],
    ["a bucket of 1, 64 at a time", () => tokenBucket(20, 1), 64],
    ["a bucket of 100, 64 at a time", () => tokenBucket(20, 100), 64],
  ] as const)("%s", async (_, grants, parallel) => {
    const { calls, call } = cloud(grants());
    const took = await fiveHundred(call, parallel);
    expect(calls.granted).toBe(500);
    expect(took).toBeLessThan(1.3 * ideal);
    // The first moment aside, the cloud is left in peace.
    expect(calls.throttled).toBeLessThan(parallel + 100);
  });
});

test("a limit by the minute: the calls of the second minute are made in it", async () => {
  vi.setSystemTime(0);
  const { calls, call } = cloud(fixedWindow(300, 60_000));
  expect(await fiveHundred(call, 64)).toBeLessThan(75);
  expect(calls.throttled).toBeLessThan(300);
});

test("a cloud that never throttles is never waited for", async () => {
  const { calls, call } = cloud(() => true);
  expect(await fiveHundred(call, 500)).toBeCloseTo(LATENCY_MS / 1000);
  expect(calls).toEqual({ granted: 500, throttled: 0 });
});

describe("waiting for a turn", () => {
  /** A limit that has learned one call a second and has `waiting` calls before the next one. */
  async function slow(waiting: number) {
    const limit = new RateLimit();
    const first = limit.run(() => Promise.reject(throttled()), operation());
    await expect(first).rejects.toMatchObject({ code: "Throttled" });
    const call = vi.fn(() => Promise.resolve());
    const calls = Array.from({ length: waiting }, () => limit.run(call, operation()));
    return { limit, call, calls };
  }

  test("is told when it is long", async () => {
    const { limit, calls } = await slow(10);
    const patient = operation();
    const turn = limit.run(() => Promise.resolve(), patient);
    await vi.runAllTimersAsync();
    await Promise.all([...calls, turn]);
    expect(patient.messages).toEqual([
      "the cloud takes about 1.0 calls a second; 10 are before this one (11 s)",
    ]);
  });

  test("ends at the deadline, and nothing is called then", async () => {
    const { limit, calls } = await slow(10);
    const late = vi.fn(() => Promise.resolve());
    const outcome = limit.run(late, operation(1_000)).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(await outcome).toMatchObject({ code: "DeadlineExceeded" });
    expect(late).not.toHaveBeenCalled();
  });

  test("goes on when the deadline moves while it waits, as that of a shared operation does", async () => {
    const { limit, calls } = await slow(3);
    const shared = new SharedOperation([operation(1_000)]);
    const outcome = limit.run(() => Promise.resolve("done"), shared);
    shared.join(operation(60_000));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(await outcome).toBe("done");
  });

  test("a throttled call that is tried again keeps its place before those that came later", async () => {
    const { limit, calls } = await slow(0);
    const order: string[] = [];
    const named = (name: string, throttledTimes: number) => {
      const one = operation();
      const place = limit.takePlace();
      let left = throttledTimes;
      const call = async () => {
        if (left-- > 0) throw throttled({ retryAfterMs: 0 });
        order.push(name);
      };
      return retry(one, () => limit.run(call, one, place), { idempotent: false });
    };
    const all = ["early", "a", "b", "c", "d", "e"].map((name) => named(name, name === "early" ? 1 : 0));
    await vi.runAllTimersAsync();
    await Promise.all([...calls, ...all]);
    expect(order.indexOf("early")).toBeLessThanOrEqual(1);
    expect(order.filter((name) => name !== "early")).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("ends when the user interrupts, and the others move up", async () => {
    const { limit, call, calls } = await slow(2);
    const interrupted = operation();
    const outcome = limit.run(call, interrupted).catch((error: unknown) => error);
    interrupted.cancel();
    expect(await outcome).toMatchObject({ code: "Cancelled" });
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(call).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("other failures say nothing about the rate: the next calls start at once", async () => {
  const limit = new RateLimit();
  await expect(limit.run(() => Promise.reject(new Error("no")), operation())).rejects.toThrow("no");
  const call = vi.fn(() => Promise.resolve());
  await Promise.all(Array.from({ length: 100 }, () => limit.run(call, operation())));
  expect(call).toHaveBeenCalledTimes(100);
  expect(vi.getTimerCount()).toBe(0);
});
