// Runs every check, whatever fails before it, and counts: `.ci/run` ends with the line that this prints.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { beginOpenStack } from "../test/support/openstack/stack.mts";
import { countTests, sum, summaryLine, type Tally } from "./ci/tally.mts";
import { ROOT } from "./workspace.mts";

/** Checks that pass or fail as a whole; each counts as one. */
const STEPS = ["lint", "typecheck", "generate:check"];
const REPORT = join(ROOT, ".cache/ci/vitest.json");

// In a fresh clone it takes more than a minute, in which most of the steps use one core.
beginOpenStack();
const tallies: Tally[] = STEPS.map((step) => ofStep(npm("run", step)));
tallies.push(runTests());
const total = sum(tallies);
console.log(summaryLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

function runTests(): Tally {
  mkdirSync(dirname(REPORT), { recursive: true });
  rmSync(REPORT, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const isDone = npm("test", "--", ...reporters);
  if (!existsSync(REPORT)) return ofStep(false);
  const tally = countTests(JSON.parse(readFileSync(REPORT, "utf8")));
  // Something failed that is no test: a file that cannot be loaded, an error that nobody caught.
  return isDone || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

function npm(...args: string[]): boolean {
  console.log(`\n> npm ${args.slice(0, 2).join(" ")}`);
  const { status } = spawnSync("npm", args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CI: "true" },
  });
  if (status !== 0) console.log(`npm ${args.slice(0, 2).join(" ")} failed`);
  return status === 0;
}

function ofStep(isDone: boolean): Tally {
  return { passed: isDone ? 1 : 0, failed: isDone ? 0 : 1, skipped: 0 };
}
