import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ErrorCode, isKeyPairError, KeyPairError } from "../../../provider/core/errors";
import { retry } from "../../../provider/transport/retry";
import { operation, throttled } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Fails `times` times with the error, then answers. */
function flaky(times: number, error: KeyPairError) {
  let calls = 0;
  return vi.fn(async () => {
    if (calls++ < times) throw error;
    return "done";
  });
}

const failure = (code: ErrorCode) => new KeyPairError({ code, message: `it is ${code}` });

describe("what is sent again", () => {
  test.each([
    ["Throttled", false, true],
    ["Unavailable", false, true],
    ["OutcomeUnknown", false, false],
    ["OutcomeUnknown", true, true],
    ["AlreadyExists", true, false],
    ["PermissionDenied", true, false],
    ["Refused", true, false],
    ["NotFound", true, false],
  ] as const)("%s, idempotent %s: %s", async (code, idempotent, again) => {
    const call = flaky(1, failure(code));
    const outcome = retry(operation(), call, { idempotent }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(isKeyPairError(await outcome)).toBe(!again);
    expect(call).toHaveBeenCalledTimes(again ? 2 : 1);
  });

  test("a failure that is none of ours is a fault of the program: it passes as it is", async () => {
    const call = vi.fn(() => Promise.reject(new TypeError("x is not a function")));
    await expect(retry(operation(), call, { idempotent: true })).rejects.toThrow(TypeError);
    expect(call).toHaveBeenCalledTimes(1);
  });
});

describe("a call that cannot be sent", () => {
  const refused = () =>
    new KeyPairError({
      code: "Unavailable",
      message: "ecs.example cannot be reached (ECONNREFUSED)",
      isUnreachable: true,
    });
  const unknown = () =>
    new KeyPairError({
      code: "Configuration",
      message: "the host ecs.example is not known (ENOTFOUND)",
      isUnreachable: true,
    });

  test("ends after 30 s with the host and the reason, which every wait says too", async () => {
    const started = Date.now();
    const doing = operation();
    const outcome = retry(doing, flaky(1_000, refused()), { idempotent: false }).catch(
      (error: unknown) => error,
    );
    await vi.runAllTimersAsync();
    expect(await outcome).toMatchObject({
      code: "Unavailable",
      message:
        "ecs.example cannot be reached (ECONNREFUSED), for 30 s. Check the endpoint, the network and the proxy.",
    });
    expect(Date.now() - started).toBeLessThanOrEqual(30_000);
    expect(doing.messages.length).toBeGreaterThan(2);
    for (const message of doing.messages)
      expect(message).toMatch(/^ecs\.example cannot be reached \(ECONNREFUSED\); trying again in \d+ s$/);
  });

  test("to a host that is not known ends as a matter of configuration", async () => {
    const outcome = retry(operation(), flaky(1_000, unknown()), { idempotent: false }).catch(
      (error: unknown) => error,
    );
    await vi.runAllTimersAsync();
    expect(await outcome).toMatchObject({
      code: "Configuration",
      message: "the host ecs.example is not known (ENOTFOUND).",
    });
  });

  test.each([
    ["Unavailable", refused(), ", for 30 s. Check the endpoint, the network and the proxy."],
    ["Configuration", unknown(), "."],
  ])(
    "is tried for 30 s in all where one call needs another first, such as a token (%s)",
    async (code, error, end) => {
      const started = Date.now();
      const first = () => retry(operation(), flaky(1_000, error), { idempotent: true });
      const outcome = retry(operation(), first, { idempotent: false }).catch((caught: unknown) => caught);
      await vi.runAllTimersAsync();
      expect(await outcome).toMatchObject({ code, message: `${error.details.message}${end}` });
      expect(Date.now() - started).toBeLessThanOrEqual(30_000);
    },
  );

  test("says once that the time was up where one call needs another first", async () => {
    const until = operation(20_000);
    const first = () => retry(until, flaky(1_000, refused()), { idempotent: true });
    const outcome = retry(until, first, { idempotent: false }).catch((caught: unknown) => caught);
    await vi.runAllTimersAsync();
    const { code, message } = (await outcome) as KeyPairError;
    expect([code, message.split("when the time was up").length - 1]).toEqual(["DeadlineExceeded", 1]);
  });

  test.each([
    ["refused", refused()],
    ["not known", unknown()],
  ])("once (%s) is tried again: a name server may fail for a moment", async (_, error) => {
    const outcome = retry(operation(), flaky(1, error), { idempotent: false });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe("done");
  });

  test("after one that was sent has the whole time: the cloud was there", async () => {
    let calls = 0;
    const call = async () => {
      calls++;
      if (calls === 1) throw throttled();
      if (Date.now() < until) throw refused();
      return "done";
    };
    const until = Date.now() + 120_000;
    const outcome = retry(operation(), call, { idempotent: false });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe("done");
  });

  test("ends at once when the user interrupts", async () => {
    const doing = operation();
    const outcome = retry(doing, flaky(1_000, refused()), { idempotent: false }).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(100);
    doing.cancel();
    expect(await outcome).toMatchObject({ code: "Cancelled" });
  });
});

describe("waiting", () => {
  test("30 throttled calls in a row are outlasted within the usual deadline", async () => {
    const started = Date.now();
    const call = flaky(30, throttled());
    const outcome = retry(operation(), call, { idempotent: false });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe("done");
    expect(call).toHaveBeenCalledTimes(31);
    expect(Date.now() - started).toBeLessThan(30 * 2_000);
  });

  test("waits are spread over everything from zero to a ceiling that doubles up to the cap", async () => {
    const waits: number[] = [];
    for (const random of [0, 0.999999]) {
      vi.spyOn(Math, "random").mockReturnValue(random);
      let last = Date.now();
      const call = flaky(8, failure("Unavailable"));
      const outcome = retry(
        operation(),
        () => {
          waits.push(Date.now() - last);
          last = Date.now();
          return call();
        },
        { idempotent: false },
      );
      await vi.runAllTimersAsync();
      await outcome;
    }
    expect(waits.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(waits.slice(9).map(Math.round)).toEqual([0, 499, 999, 1999, 3999, 7999, 9999, 9999, 9999]);
  });

  test("the cloud's retry-after is the least wait", async () => {
    const call = flaky(1, throttled({ retryAfterMs: 7_000 }));
    const outcome = retry(operation(), call, { idempotent: false });
    await vi.advanceTimersByTimeAsync(6_999);
    expect(call).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(501);
    expect(await outcome).toBe("done");
  });

  test("each wait is told, with the cloud's code and no more", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const patient = operation();
    const call = flaky(1, throttled({ retryAfterMs: 4_000, requestId: "R-1" }));
    const outcome = retry(patient, call, { idempotent: false });
    await vi.runAllTimersAsync();
    await outcome;
    expect(patient.messages).toEqual(["throttled by the cloud (Throttling.User); trying again in 4 s"]);
  });

  test.each([
    ["Unavailable", "the cloud is not available; trying again in 1 s"],
    ["OutcomeUnknown", "no certain answer from the cloud; trying again in 1 s"],
  ] as const)("%s is told in other words", async (code, text) => {
    const patient = operation();
    const outcome = retry(patient, flaky(1, failure(code)), { idempotent: true });
    await vi.runAllTimersAsync();
    await outcome;
    expect(patient.messages).toEqual([text]);
  });
});

describe("giving up", () => {
  test("at the deadline, with the last failure, its code and its request id", async () => {
    const call = vi.fn(() => Promise.reject(throttled({ requestId: "R-9" })));
    const outcome = retry(operation(20_000), call, { idempotent: false }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    const error = await outcome;
    if (!isKeyPairError(error)) throw new Error("no KeyPairError");
    expect(error.code).toBe("DeadlineExceeded");
    expect(error.message).toBe(
      `gave up after ${call.mock.calls.length} tries, when the time was up: too many calls (code Throttling.User, request id R-9). ` +
        "Run it again later, or give it more time with `pulumi config set keypair:timeoutSeconds`.",
    );
    expect(error.cause).toMatchObject({ code: "Throttled" });
    expect(call.mock.calls.length).toBeGreaterThan(5);
  });

  test("at once when the user interrupts, also in the middle of a wait", async () => {
    const interrupted = operation();
    const call = flaky(1, throttled({ retryAfterMs: 60_000 }));
    const outcome = retry(interrupted, call, { idempotent: false }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    interrupted.cancel();
    expect(await outcome).toMatchObject({ code: "Cancelled" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("before the first call when the user has interrupted already", async () => {
    const interrupted = operation();
    interrupted.cancel();
    const call = vi.fn();
    await expect(retry(interrupted, call, { idempotent: true })).rejects.toMatchObject({ code: "Cancelled" });
    expect(call).not.toHaveBeenCalled();
  });
});
