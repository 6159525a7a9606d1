// npm run bench: what key pairs cost beside resources whose provider does nothing, in one run.
//   --count <n>   resources a stack (default 500)   --runs <n>   medians of so many runs (default 3)

import { parseArgs } from "node:util";
import { loadMilliseconds, type Measurement, measure, median, PHASES } from "./bench/measure.mts";
import { WORKLOADS, type Workload } from "./bench/project.mts";
import { ensureEngine } from "./engine/ensure.mts";

/** `up` of key pairs may take this many times as long as `up` of resources whose provider does nothing. */
const TARGET = 1.3;
const LOADS = 11;

const { values } = parseArgs({
  options: { count: { type: "string", default: "500" }, runs: { type: "string", default: "3" } },
});
const [count, runs] = [values.count, values.runs].map((text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} is no positive whole number`);
  return number;
}) as [number, number];

const engine = await ensureEngine();
const results: Record<Workload, Measurement[]> = { nothing: [], imported: [], mixed: [] };
for (let run = 1; run <= runs; run++) {
  // One after the other within each run, so that all workloads see the same noise of the machine.
  for (const { name, label } of WORKLOADS) {
    console.error(`run ${run} of ${runs}: ${count} ${label}`);
    results[name].push(await measure(engine, name, count));
  }
}

const of = (workload: Workload, read: (measurement: Measurement) => number) =>
  median(results[workload].map(read));
const compared = (
  label: string,
  unit: string,
  digits: number,
  read: (measurement: Measurement) => number,
) => {
  const base = of("nothing", read);
  const cells = WORKLOADS.flatMap(({ name }) => {
    const value = of(name, read);
    const shown = `${value.toFixed(digits)} ${unit}`;
    return name === "nothing" ? [shown] : [shown, (value / base).toFixed(2)];
  });
  return [label, ...cells];
};

console.log(
  `\nPulumi ${engine.version}, Node ${process.versions.node}, ${count} resources, medians of ${runs} runs.`,
);
for (const { label, about } of WORKLOADS) console.log(`  ${label}: ${about}`);
console.log();
printTable([
  ["", ...WORKLOADS.flatMap(({ name, label }) => (name === "nothing" ? [label] : [label, "times"]))],
  ...PHASES.map((phase) => compared(phase, "s", 1, ({ phases }) => phases[phase].wall)),
  ...PHASES.map((phase) => compared(`${phase}, CPU`, "s", 1, ({ phases }) => phases[phase].cpu)),
  compared("state, a resource", "bytes", 0, ({ stateBytes }) => stateBytes / count),
  compared("__provider", "bytes", 0, ({ providerBytes }) => providerBytes),
]);

const loads = Array.from({ length: LOADS }, () => ({
  alone: loadMilliseconds("@pulumi/pulumi"),
  both: loadMilliseconds("@pulumi/pulumi", "pulumi-keypair"),
}));
const alone = median(loads.map((load) => load.alone));
const added = median(loads.map((load) => load.both - load.alone));
console.log(
  `\nLoading in a program: @pulumi/pulumi ${alone.toFixed(0)} ms, pulumi-keypair ${added.toFixed(0)} ms more (medians of ${LOADS}).`,
);

for (const { name, label } of WORKLOADS.filter(({ name }) => name !== "nothing")) {
  const times = of(name, ({ phases }) => phases.up.wall) / of("nothing", ({ phases }) => phases.up.wall);
  const verdict = times <= TARGET ? "met" : "missed";
  console.log(`Target, up of ${label} within ${TARGET} times: ${times.toFixed(2)}, ${verdict}.`);
}

function printTable(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join("  "));
  }
}
