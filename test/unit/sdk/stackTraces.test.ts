import { afterEach, expect, it, vi } from "vitest";
import { pauseStackTraces } from "../../../sdk/inputs";
import { KeyPair } from "../../../sdk/keyPair";

const limit = Error.stackTraceLimit;
afterEach(() => void vi.unstubAllEnvs());

it("takes no stack traces while it pauses, and as many as before afterwards", () => {
  const resume = pauseStackTraces();
  const { stack } = new Error("quick");
  resume();
  expect(stack).toBe("Error: quick");
  expect(Error.stackTraceLimit).toBe(limit);
});

it("an error of a resource's constructor says where in the program the resource is", () => {
  const error = thrownBy(() => new KeyPair(""));
  expect(error.stack).toContain("Missing resource name");
  expect(error.stack).toContain("stackTraces.test.ts");
  expect(Error.stackTraceLimit).toBe(limit);
});

it("keeps stack traces where somebody looks for leaked promises", () => {
  vi.stubEnv("PULUMI_DEBUG_PROMISE_LEAKS", "true");
  const resume = pauseStackTraces();
  expect(Error.stackTraceLimit).toBe(limit);
  resume();
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return expect.fail("expected an error");
}
