import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Operation } from "../../../provider/core/backend";
import { KeyPairError } from "../../../provider/core/errors";
import { Batch, type BatchResults } from "../../../provider/transport/batch";
import { operation } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OPTIONS = { maxSize: 3, windowMs: 10 };

function echo() {
  const sent: string[][] = [];
  const batch = new Batch<string, string>(async (items): Promise<BatchResults<string>> => {
    sent.push(items);
    return items.map((item) =>
      item.startsWith("bad")
        ? { error: new KeyPairError({ code: "InUse", message: `${item} is attached` }) }
        : { value: `did ${item}` },
    );
  }, OPTIONS);
  return { sent, batch };
}

describe("what goes together", () => {
  test("what comes within the window of the first", async () => {
    const { sent, batch } = echo();
    const results = [batch.add("a", operation())];
    await vi.advanceTimersByTimeAsync(9);
    results.push(batch.add("b", operation()));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(results)).toEqual(["did a", "did b"]);
    expect(sent).toEqual([["a", "b"]]);
  });

  test("a single item waits no longer than the window, whatever came before it", async () => {
    const { sent, batch } = echo();
    for (const item of ["a", "b", "c"]) void batch.add(item, operation());
    void batch.add("d", operation());
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toEqual([["a", "b", "c"], ["d"]]);
  });

  test("at most the size of a batch, which is sent at once when it is full", async () => {
    const { sent, batch } = echo();
    const results = ["a", "b", "c", "d"].map((item) => batch.add(item, operation()));
    expect(sent).toEqual([["a", "b", "c"]]);
    await vi.runAllTimersAsync();
    expect(await Promise.all(results)).toEqual(["did a", "did b", "did c", "did d"]);
    expect(sent).toEqual([["a", "b", "c"], ["d"]]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("who gets what", () => {
  test("each caller its own result or failure", async () => {
    const { batch } = echo();
    const results = Promise.allSettled(["a", "bad1", "c"].map((item) => batch.add(item, operation())));
    await vi.runAllTimersAsync();
    expect(await results).toEqual([
      { status: "fulfilled", value: "did a" },
      {
        status: "rejected",
        reason: expect.objectContaining({ code: "InUse", message: "bad1 is attached." }),
      },
      { status: "fulfilled", value: "did c" },
    ]);
  });

  test("a failure of the whole call reaches all", async () => {
    const batch = new Batch<string, string>(() => Promise.reject(new Error("no")), OPTIONS);
    const results = Promise.allSettled(["a", "b"].map((item) => batch.add(item, operation())));
    await vi.runAllTimersAsync();
    expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("an answer that leaves one out is no success", async () => {
    const batch = new Batch<string, string>(async () => [{ value: "one" }], OPTIONS);
    const results = Promise.allSettled(["a", "b"].map((item) => batch.add(item, operation())));
    await vi.runAllTimersAsync();
    expect((await results)[1]).toMatchObject({ reason: { code: "OutcomeUnknown" } });
  });
});

describe("the operation of a batch", () => {
  test("goes on while one caller wants it, waits as long as the most patient, and tells all", async () => {
    let seen: Operation | undefined;
    let finish = () => {};
    const batch = new Batch<string, string>((items, shared) => {
      seen = shared;
      return new Promise((resolve) => {
        finish = () => resolve(items.map((value) => ({ value })));
      });
    }, OPTIONS);
    const [hasty, patient] = [operation(1_000), operation(60_000)];
    const results = [batch.add("a", hasty), batch.add("b", patient)];
    await vi.advanceTimersByTimeAsync(10);

    seen?.progress("waiting");
    expect([hasty.messages, patient.messages]).toEqual([["waiting"], ["waiting"]]);
    expect(seen?.deadline).toBe(patient.deadline);
    hasty.cancel();
    expect(seen?.signal.aborted).toBe(false);
    patient.cancel();
    expect(seen?.signal.aborted).toBe(true);
    finish();
    expect(await Promise.all(results)).toEqual(["a", "b"]);
  });

  test("an item whose caller interrupts before it is sent is not sent", async () => {
    const { sent, batch } = echo();
    const interrupted = operation();
    const results = Promise.allSettled([batch.add("a", interrupted), batch.add("b", operation())]);
    interrupted.cancel();
    await vi.runAllTimersAsync();
    expect(sent).toEqual([["b"]]);
    expect((await results)[0]).toMatchObject({ reason: { code: "Cancelled" } });
  });
});
