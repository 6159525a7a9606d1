// npm test: builds the package, sees that there is an engine, and runs the tests. Arguments are Vitest's.

import { spawnSync } from "node:child_process";
import { beginOpenStack } from "../test/support/openstack/stack.mts";
import { ROOT } from "./workspace.mts";

const args = process.argv.slice(2);
// In a fresh clone this takes minutes, while the tests that do not need it run. A run of named tests may not need it at all.
if (args.length === 0) beginOpenStack();
const isDone = [
  ["npm", "run", "build"],
  ["npm", "run", "engine"],
  ["vitest", "run", ...args],
].every(([command = "", ...rest]) => spawnSync(command, rest, { cwd: ROOT, stdio: "inherit" }).status === 0);
process.exitCode = isDone ? 0 : 1;
