import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Progress } from "../../../../provider/core/keyPairSet/progress";

let reports: string[];
let progress: Progress;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  reports = [];
  const report = (message: string) => void reports.push(message);
  progress = new Progress(3, {
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    progress: report,
  });
});

afterEach(() => void vi.useRealTimers());

const [anna, bert, carla] = [{}, {}, {}];

test("reports seldom, and at the end what was reached", () => {
  progress.done(anna);
  progress.operationFor(bert).progress("attached");
  progress.done(bert);
  progress.done(carla);
  expect(reports).toEqual(["1 of 3 key pairs"]);
  progress.end();
  progress.end();
  expect(reports).toEqual(["1 of 3 key pairs", "3 of 3 key pairs"]);
});

test("says nothing at the end that was said", () => {
  progress.end();
  expect(reports).toEqual([]);
  progress.done(anna);
  progress.end();
  expect(reports).toEqual(["1 of 3 key pairs"]);
});

test("counts once what is tried again", () => {
  progress.done(anna);
  progress.later(anna);
  vi.advanceTimersByTime(500);
  progress.operationFor(anna).progress("attached");
  progress.done(anna);
  progress.end();
  expect(reports).toEqual(["1 of 3 key pairs", "0 of 3 key pairs, 1 waiting: attached", "1 of 3 key pairs"]);
});
