// npm run bench: what key pairs cost beside resources whose provider does nothing and whose states are of the same size, in one run.
//   --count <n>   resources a stack (default 500)   --runs <n>   medians of so many runs (default 3)
//   --sets        only sets of key pairs beside single ones
//   --scale       only what docs/scale.md tells of: the same, with what helps single ones, a set of the plugin, one in ten regions

import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXECUTABLE, makeExecutable } from "./archive/executable.mts";
import {
  loadMilliseconds,
  type Measurement,
  measure,
  median,
  PHASES,
  type Phase,
  startMilliseconds,
} from "./bench/measure.mts";
import { WORKLOADS, type Workload } from "./bench/project.mts";
import { benchSets } from "./bench/sets.mts";
import { ensureEngine } from "./engine/ensure.mts";
import { ROOT } from "./workspace.mts";

/** How long a phase may take: so many times the floor, and so many seconds more. */
const TARGETS: Partial<Record<Phase, { times: number; seconds: number }>> = {
  up: { times: 1.5, seconds: 0 },
  refresh: { times: 1.5, seconds: 1 },
  destroy: { times: 1.4, seconds: 2 },
};
const LOADS = 11;
/** The plugin's start to its port, beside that of a process that loads gRPC alone. */
const PLUGIN_START_TIMES = 1.3;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "500" },
    runs: { type: "string", default: "3" },
    sets: { type: "boolean", default: false },
    scale: { type: "boolean", default: false },
  },
});
const [count, runs] = [values.count, values.runs].map((text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} is not a positive whole number`);
  return number;
}) as [number, number];

const engine = await ensureEngine();
await benchSets(engine, { count, runs, isWhole: values.scale });
if (values.sets || values.scale) process.exit();

const results = new Map<Workload, Measurement[]>();
for (let run = 1; run <= runs; run++) {
  // One after the other within each run, so that all workloads see the same noise of the machine.
  for (const workload of WORKLOADS.flatMap(({ name, floor }) => [floor, name])) {
    console.error(`run ${run} of ${runs}: ${count} resources, ${workload}`);
    results.set(workload, [...(results.get(workload) ?? []), await measure(engine, workload, count)]);
  }
}

const of = (workload: Workload, read: (measurement: Measurement) => number) =>
  median((results.get(workload) ?? []).map(read));

console.log(
  `\nPulumi ${engine.version}, Node ${process.versions.node}, ${count} resources, medians of ${runs} runs.`,
);
for (const { name, floor, label, about } of WORKLOADS) {
  const row = (title: string, unit: string, digits: number, read: (measurement: Measurement) => number) => {
    const [base, value] = [of(floor, read), of(name, read)];
    const shown = [base, value].map((number) => `${number.toFixed(digits)} ${unit}`);
    return [title, ...shown, (value / base).toFixed(2)];
  };
  console.log(`\n${label}: ${about}`);
  printTable([
    ["", "floor", label, "times"],
    ...PHASES.map((phase) => row(phase, "s", 1, ({ phases }) => phases[phase].wall)),
    ...PHASES.map((phase) => row(`${phase}, CPU`, "s", 1, ({ phases }) => phases[phase].cpu)),
    row("state, a resource", "bytes", 0, ({ stateBytes }) => stateBytes / count),
    row("__provider", "bytes", 0, ({ providerBytes }) => providerBytes),
  ]);
  for (const [phase, { times, seconds }] of Object.entries(TARGETS) as [
    Phase,
    { times: number; seconds: number },
  ][]) {
    const wall = (workload: Workload) => of(workload, ({ phases }) => phases[phase].wall);
    const verdict = wall(name) <= times * wall(floor) + seconds ? "met" : "missed";
    console.log(`Target, ${phase} within ${times} times the floor + ${seconds} s: ${verdict}.`);
  }
}

const loads = Array.from({ length: LOADS }, () => ({
  alone: loadMilliseconds("@pulumi/pulumi"),
  both: loadMilliseconds("@pulumi/pulumi", "pulumi-keypair"),
}));
const alone = median(loads.map((load) => load.alone));
const added = median(loads.map((load) => load.both - load.alone));
console.log(
  `\nLoading in a program: @pulumi/pulumi ${alone.toFixed(0)} ms, pulumi-keypair ${added.toFixed(0)} ms more (medians of ${LOADS}).`,
);

await makeExecutable();
const START_FORMS = {
  "a process that loads @grpc/grpc-js": [
    process.execPath,
    "-e",
    'require("@grpc/grpc-js"); console.log("loaded")',
  ],
  "the plugin's executable": [EXECUTABLE],
  "the plugin's file, by Node": [process.execPath, join(ROOT, "plugin/bundle/index.js")],
};
const starts = new Map<string, number[]>();
for (let load = 0; load < LOADS; load++) {
  for (const [form, command] of Object.entries(START_FORMS))
    starts.set(form, [...(starts.get(form) ?? []), await startMilliseconds(command)]);
}
const startOf = (form: keyof typeof START_FORMS) => median(starts.get(form) ?? []);
const floorStart = startOf("a process that loads @grpc/grpc-js");
console.log(
  `\nFrom the start of a process to its first line (of the plugin: its port), medians of ${LOADS}:`,
);
printTable([
  ["", "ms", "times"],
  ...[...starts].map(([form, times]) => [
    form,
    median(times).toFixed(0),
    (median(times) / floorStart).toFixed(2),
  ]),
]);
const isMet = startOf("the plugin's executable") <= PLUGIN_START_TIMES * floorStart;
console.log(`target of the executable: ${PLUGIN_START_TIMES} times: ${isMet ? "met" : "missed"}`);

function printTable(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join("  "));
  }
}
