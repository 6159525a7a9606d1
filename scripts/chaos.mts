// npm run chaos: stories of random edits, faults, kills and changes by somebody else, each over real runs of the engine.
//   --rounds <n>   how many rounds, seven a story (default 14)   --seed <n>   of the first story; the next ones count on (default: any)

import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine } from "./engine/ensure.mts";
import { ROOT } from "./workspace.mts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "14" }, seed: { type: "string" } },
});
const rounds = wholeNumber("--rounds", values.rounds);
const seed = values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber("--seed", values.seed);

await ensureEngine();
console.log(`${rounds} rounds from seed ${seed} on: npm run chaos -- --seed ${seed} --rounds ${rounds}`);
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "chaos", "--reporter", "verbose"],
  {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, CHAOS_SEED: String(seed), CHAOS_ROUNDS: String(rounds) },
  },
);
process.exitCode = status ?? 1;

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${flag} ${text} is no positive whole number`);
  return number;
}
