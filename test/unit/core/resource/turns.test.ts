import { afterEach, describe, expect, it, vi } from "vitest";
import { Turns } from "../../../../provider/core/resource/turns";
import { failureOf } from "../support/failureOf";

/** An operation that may take so long. */
const within = (ms: number, signal = new AbortController().signal) => ({
  signal,
  deadline: Date.now() + ms,
  progress() {},
});

describe("who waits for a turn", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A thing on which somebody works until `done`, and a log of what was begun. */
  function busy() {
    const turns = new Turns();
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = turns.take(["i-1"], within(60_000), () => promise);
    const begun: string[] = [];
    const begin = (name: string) => async () => void begun.push(name);
    const done = async () => {
      resolve();
      await first;
    };
    return { turns, begun, begin, done };
  }

  it("waits no longer than its operation may take", async () => {
    const { turns, begun, begin, done } = busy();
    const error = await failureOf(turns.take(["i-1", "i-2"], within(20), begin("late")));
    expect(error).toMatchObject({
      code: "DeadlineExceeded",
      message:
        "the time was up while another resource of this run worked on the same thing. Run it again later, or give it more time with " +
        "`pulumi config set keypair:timeoutSeconds`.",
    });
    await done();
    expect(begun).toEqual([]);
  });

  it("ends when the user interrupts", async () => {
    const { turns, begun, begin, done } = busy();
    const interruption = new AbortController();
    const waiting = failureOf(turns.take(["i-1"], within(60_000, interruption.signal), begin("late")));
    interruption.abort();
    expect(await waiting).toMatchObject({ code: "Cancelled" });
    await done();
    expect(begun).toEqual([]);
  });

  it("lets nobody behind it overtake who was before it, when it leaves", async () => {
    const { turns, begun, begin, done } = busy();
    const left = failureOf(turns.take(["i-1"], within(20), begin("late")));
    const behind = turns.take(["i-1"], within(60_000), begin("behind"));
    await left;
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([]);
    await done();
    await behind;
    expect(begun).toEqual(["behind"]);
  });

  it("leaves no timer when its turn comes, however long its operation may take", async () => {
    vi.useFakeTimers();
    const { turns, begun, begin, done } = busy();
    const waiting = turns.take(["i-1"], within(50 * 24 * 3_600_000), begin("second"));
    await vi.advanceTimersByTimeAsync(1_000);
    await done();
    await waiting;
    expect(begun).toEqual(["second"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("begins at once where nobody works, though its time is up", async () => {
    const { turns, begun, begin } = busy();
    await turns.take(["i-2"], within(-1), begin("alone"));
    expect(begun).toEqual(["alone"]);
  });
});
