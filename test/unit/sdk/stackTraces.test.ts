import { afterEach, describe, expect, it, test, vi } from "vitest";
import { KeyPair } from "../../../sdk/keyPair";
import { pauseStackTraces } from "../../../sdk/stackTraces";

const limit = Error.stackTraceLimit;
afterEach(() => void vi.unstubAllEnvs());

it("takes no stack traces while it pauses, and as many as before afterwards", () => {
  const resume = pauseStackTraces();
  const { stack } = new Error("quick");
  resume();
  expect(stack).toBe("Error: quick");
  expect(Error.stackTraceLimit).toBe(limit);
});

describe("a stack trace that is asked for while they pause", () => {
  const format = Error.prepareStackTrace;
  afterEach(() => {
    Error.prepareStackTrace = format;
  });

  const SDK = "/home/x/node_modules/@pulumi/pulumi/resource.js";
  const RUN = "/home/x/node_modules/@pulumi/pulumi/cmd/run/run.js";
  test.each([
    ["ends at the program's outermost frame", [SDK, "/home/x/index.ts", "node:internal/x", RUN], 2],
    [
      "keeps what other packages have in between",
      [SDK, "/home/x/node_modules/infra/net.js", RUN, "/home/x/index.ts", RUN],
      4,
    ],
    ["ends at a package's frame", [SDK, "/home/x/node_modules/infra/net.js", "node:internal/timers"], 2],
    [
      "knows what compiles the program",
      [SDK, "/home/x/index.ts", "/home/x/node_modules/ts-node/src/index.ts"],
      2,
    ],
    ["knows the paths of Windows", ["C:\\x\\index.ts", "C:\\x\\node_modules\\@pulumi\\pulumi\\run.js"], 1],
    ["knows the addresses of modules", ["file:///x/index.mjs", `file://${RUN}`, undefined], 1],
    ["is whole where no frame is the program's", [SDK, undefined, RUN], 3],
  ])("%s", (_, files, kept) => {
    const received = vi.fn();
    Error.prepareStackTrace = (_, frames) => received(frames.map((frame) => frame.getFileName()));
    const resume = pauseStackTraces();
    Error.prepareStackTrace(new Error(), files.map(frameOf));
    resume();
    expect(received).toHaveBeenCalledWith(files.slice(0, kept));
  });
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

function frameOf(file: string | undefined): NodeJS.CallSite {
  return { getFileName: () => file } as NodeJS.CallSite;
}
