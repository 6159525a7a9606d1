import { expect, it } from "vitest";
import { countTests, sum, summaryLine } from "../../../scripts/ci/tally.mts";

const report = {
  success: false,
  numPassedTests: 7,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [
    { status: "passed", assertionResults: [{ status: "passed" }] },
    { status: "failed", assertionResults: [{ status: "passed" }, { status: "failed" }] },
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults: [{ status: "skipped" }] },
  ],
};

it("counts tests, and a file that failed outside of its tests as one", () => {
  expect(countTests(report)).toEqual({ passed: 7, failed: 3, skipped: 3 });
});

it("sums up in the line that a pipeline reads", () => {
  const step = { passed: 1, failed: 0, skipped: 0 };
  expect(summaryLine(sum([step, step, countTests(report)]))).toBe("9 passed, 3 failed, 3 skipped");
  expect(summaryLine(step)).toBe("1 passed, 0 failed");
});
