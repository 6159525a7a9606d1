import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Operation } from "../../../provider/core/backend";
import { KeyPairError } from "../../../provider/core/errors";
import { Batch, type BatchResults } from "../../../provider/transport/batch";
import { operation } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OPTIONS = { maxSize: 3, quietMs: 50, patientMs: 100, maxWaitMs: 200 };

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
  test("what comes within the quiet time", async () => {
    const { sent, batch } = echo();
    const results = [batch.add("a", operation())];
    await vi.advanceTimersByTimeAsync(49);
    results.push(batch.add("b", operation()));
    await vi.advanceTimersByTimeAsync(49);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(results)).toEqual(["did a", "did b"]);
    expect(sent).toEqual([["a", "b"]]);
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

  test("the first waits no longer than the longest wait, however steadily others come", async () => {
    const { sent, batch } = echo();
    void batch.add("a", operation());
    for (const _ of Array(6)) await vi.advanceTimersByTimeAsync(30);
    void batch.add("b", operation());
    await vi.advanceTimersByTimeAsync(20);
    expect(sent).toEqual([["a"]]);
  });
});

describe("patience", () => {
  /** Sends a batch of two. */
  async function ofTwo() {
    const { sent, batch } = echo();
    const results = ["a", "b"].map((item) => batch.add(item, operation()));
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all(results);
    return { sent, batch };
  }

  test("as many as the last time are waited for, as they come back one by one", async () => {
    const { sent, batch } = await ofTwo();
    void batch.add("c", operation());
    await vi.advanceTimersByTimeAsync(99);
    void batch.add("d", operation());
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("but not long", async () => {
    const { sent, batch } = await ofTwo();
    void batch.add("c", operation());
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.at(-1)).toEqual(["c"]);
  });

  test("callers whom a pause has parted come together again", async () => {
    const { sent, batch } = await ofTwo();
    void batch.add("c", operation());
    await vi.advanceTimersByTimeAsync(100);
    void batch.add("d", operation());
    await vi.advanceTimersByTimeAsync(99);
    void batch.add("e", operation());
    await vi.advanceTimersByTimeAsync(50);
    expect(sent.at(-1)).toEqual(["d", "e"]);
  });

  test("not for ever, when fewer have come four times", async () => {
    const { sent, batch } = await ofTwo();
    for (const item of ["c", "d", "e", "f"]) {
      void batch.add(item, operation());
      await vi.advanceTimersByTimeAsync(100);
    }
    void batch.add("g", operation());
    await vi.advanceTimersByTimeAsync(50);
    expect(sent.at(-1)).toEqual(["g"]);
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
    await vi.advanceTimersByTimeAsync(50);

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
