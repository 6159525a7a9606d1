import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Sweep } from "../../../provider/transport/sweep";
import { operation } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A cloud whose listing takes 100 ms and shows what was there when it began. */
function cloud(pairs: Record<string, string>) {
  const there = new Map(Object.entries(pairs));
  const list = vi.fn(async () => {
    const seen = new Map(there);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return seen;
  });
  return { there, list, sweep: new Sweep(list, { maxAgeMs: 60_000 }) };
}

async function settled<T>(promise: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return promise;
}

describe("one listing for many readers", () => {
  test("500 readers at once, and those who come soon after, cause one listing", async () => {
    const { list, sweep } = cloud({ a: "1" });
    const answers = await settled(
      Promise.all(Array.from({ length: 500 }, (_, index) => sweep.find(index % 2 ? "a" : "b", operation()))),
    );
    expect(answers[0]).toEqual({ item: undefined });
    expect(answers[1]).toEqual({ item: "1" });
    await sweep.find("a", operation());
    expect(list).toHaveBeenCalledTimes(1);
  });

  test("an old listing answers no more", async () => {
    const { list, there, sweep } = cloud({ a: "1" });
    await settled(sweep.find("a", operation()));
    there.set("a", "2");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await settled(sweep.find("a", operation()))).toEqual({ item: "2" });
    expect(list).toHaveBeenCalledTimes(2);
  });

  test("a listing that fails fails for those who wait, and the next reader starts another", async () => {
    const { list, sweep } = cloud({ a: "1" });
    list.mockRejectedValueOnce(new Error("no"));
    const both = Promise.allSettled([sweep.find("a", operation()), sweep.find("a", operation())]);
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await settled(sweep.find("a", operation()))).toEqual({ item: "1" });
  });

  test("the reader who started it may leave: the others get their answer", async () => {
    const seen: AbortSignal[] = [];
    const sweep = new Sweep<string>(
      async ({ signal }) => {
        seen.push(signal);
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (signal.aborted) throw new Error("aborted");
        return new Map([["a", "1"]]);
      },
      { maxAgeMs: 60_000 },
    );
    const first = operation();
    void sweep.find("a", first).catch(() => {});
    const other = sweep.find("a", operation());
    first.cancel();
    expect(await settled(other)).toEqual({ item: "1" });
  });
});

describe("own writes", () => {
  test("a listing never answers for a name that was written to; it still does for others", async () => {
    const { list, there, sweep } = cloud({ a: "1" });
    await settled(sweep.find("a", operation()));
    await sweep.write("b", async () => void there.set("b", "new"));
    expect(await sweep.find("b", operation())).toBe("stale");
    expect(await sweep.find("a", operation())).toEqual({ item: "1" });
    expect(list).toHaveBeenCalledTimes(1);
  });

  test("nor does a listing that began after the write: reads may lag behind it", async () => {
    const { list, sweep } = cloud({});
    await sweep.write("b", async () => {});
    await settled(sweep.find("a", operation()));
    expect(await sweep.find("b", operation())).toBe("stale");
    expect(list).toHaveBeenCalledTimes(1);
  });

  test("nor for one whose write began while it was under way", async () => {
    const { there, sweep } = cloud({});
    const answer = sweep.find("b", operation());
    await sweep.write("b", async () => void there.set("b", "new"));
    expect(await settled(answer)).toBe("stale");
  });

  test("nor while the write is under way, nor after one that failed", async () => {
    const { sweep } = cloud({});
    const write = sweep.write("b", async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      throw new Error("lost");
    });
    const failed = expect(write).rejects.toThrow("lost");
    expect(await sweep.find("b", operation())).toBe("stale");
    await vi.runAllTimersAsync();
    await failed;
    expect(await settled(sweep.find("b", operation()))).toBe("stale");
  });
});
