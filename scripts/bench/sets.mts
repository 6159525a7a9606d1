// What a set of key pairs costs beside single ones and beside a program that makes nothing, on the emulator of ECS.

import { globSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../engine/locate.mts";
import { runPulumi } from "../pulumi.mts";
import { makeWorkspace, workspaceIn } from "../workspace.mts";
import { ACCESS_KEY, Ecs } from "./ecs.mts";
import { median, PHASES, type Phase } from "./measure.mts";
import { moduleThatAnswers, NOTHING, outputsOfSet, writeNothing } from "./nothing.mts";
import { publicKeyLine, writeModules } from "./project.mts";

/** Half imported, half created, two tags each. */
const PROGRAMS = {
  empty: "",
  single: `
const { KeyPair } = require("pulumi-keypair");
const { publicKeys, created, tags } = require("./set.json");
for (const [member, publicKeyBody] of Object.entries(publicKeys))
  new KeyPair(member, { keyPairName: "team-" + member, publicKeyBody, tags });
for (const member of created) new KeyPair(member, { keyPairName: "team-" + member, tags });`,
  set: `
const { KeyPairSet } = require("pulumi-keypair");
new KeyPairSet("team", require("./set.json"));`,
  floor: `
const { CustomResource } = require("@pulumi/pulumi");
new CustomResource("pulumi-nodejs:dynamic/bench:Nothing", "team", { ...require("./set.json"), __provider: ${NOTHING} },
  { additionalSecretOutputs: ["privateKeys"] });`,
};

/** What is timed: a program, and how it is run. */
interface Case {
  program: keyof typeof PROGRAMS;
  flags?: string[];
  env?: NodeJS.ProcessEnv;
  /** The classes of the plugin. Default: the dynamic ones. */
  isPlugin?: boolean;
  /** Of the set; the members are in each. Default: the configured one. */
  regions?: string[];
}

const NO_CHECKPOINTS = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
const TEN_REGIONS = [
  ...["cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-qingdao"],
  ...["eu-central-1", "eu-west-1", "us-east-1", "us-west-1", "ap-southeast-1"],
];

const EMPTY = "empty program";
const SINGLE = "single key pairs";
const SET = "one set";
const FLOOR = "the same state, made by nobody";
const WIDE = "one set in ten regions";
const CASES: Record<string, Case> = {
  [EMPTY]: { program: "empty" },
  [SINGLE]: { program: "single" },
  [SET]: { program: "set" },
  [FLOOR]: { program: "floor" },
};
/** What else docs/scale.md tells of. */
const MORE_CASES: Record<string, Case> = {
  "single, --parallel 64": { program: "single", flags: ["--parallel", "64"] },
  "single, no checkpoints": { program: "single", env: NO_CHECKPOINTS },
  "single, both": { program: "single", flags: ["--parallel", "64"], env: NO_CHECKPOINTS },
  "one set, the plugin": { program: "set", isPlugin: true },
  [WIDE]: { program: "set", regions: TEN_REGIONS },
};

const PLUGIN_LINES =
  "plugins:\n  providers:\n    - { name: keypair, path: node_modules/pulumi-keypair/plugin }\n";
const QUIET = ["--yes", "--skip-preview", "--suppress-progress", "--suppress-outputs"];
const REGION = "cn-hangzhou";
const LATENCY_MS = 50;

interface Result {
  seconds: number;
  calls: number;
  /** The most memory that the provider's process had, in MB; `NaN` where the system does not tell. */
  megabytes: number;
}

interface CaseResult {
  phases: Record<Phase, Result>;
  /** What the state holds of a set, in clear: its keys are good for nothing. */
  state: object;
}

/** So many seconds over the empty program, and so many calls. */
const TARGETS: Record<Phase, { seconds: number; calls: (count: number) => number }> = {
  up: { seconds: 4, calls: (count) => count + count / 50 + 5 },
  "up again": { seconds: 1, calls: () => 0 },
  refresh: { seconds: 1.5, calls: (count) => count / 50 + 2 },
  destroy: { seconds: 2, calls: (count) => count / 100 + count / 50 + 5 },
};

export interface SetsOptions {
  count: number;
  runs: number;
  /** Also what docs/scale.md tells of. */
  isWhole: boolean;
}

/** Runs all cases one after the other in each run, and prints medians and what became of the targets. */
export async function benchSets(engine: Engine, { count, runs, isWhole }: SetsOptions): Promise<void> {
  const cases = Object.entries({ ...CASES, ...(isWhole ? MORE_CASES : {}) });
  const results = new Map<string, Record<Phase, Result>[]>();
  for (let run = 1; run <= runs; run++) {
    let stateOfSet: object = {};
    for (const [label, one] of cases) {
      console.error(`run ${run} of ${runs}: ${count} key pairs on ECS, ${label}`);
      const { phases, state } = await measureCase(engine, one, count, stateOfSet);
      results.set(label, [...(results.get(label) ?? []), phases]);
      if (label === SET) stateOfSet = state;
    }
  }
  const of = (label: string, phase: Phase, what: keyof Result) =>
    median((results.get(label) ?? []).map((result) => result[phase][what]));
  console.log(`\n${count} key pairs on ECS (emulator, ${LATENCY_MS} ms a call), medians of ${runs} runs:\n`);
  const row = (cells: string[]) => console.log(`| ${cells.join(" | ")} |`);
  row(["", ...PHASES, "most memory"]);
  row(["---", ...PHASES.map(() => "---"), "---"]);
  for (const [label] of cases) {
    const cells = PHASES.map(
      (phase) => `${of(label, phase, "seconds").toFixed(1)} s, ${of(label, phase, "calls")} calls`,
    );
    const megabytes = Math.max(...PHASES.map((phase) => of(label, phase, "megabytes")));
    row([label, ...cells, Number.isNaN(megabytes) ? "" : `${megabytes.toFixed(0)} MB`]);
  }
  console.log("");
  const tell = (target: string, found: string, isMet: boolean) =>
    console.log(`Target of a set, ${target}: ${found}: ${isMet ? "met" : "missed"}.`);
  for (const phase of PHASES) {
    const { seconds, calls } = TARGETS[phase];
    const over = of(SET, phase, "seconds") - of(EMPTY, phase, "seconds");
    const spent = of(SET, phase, "calls");
    const floor = of(FLOOR, phase, "seconds") - of(EMPTY, phase, "seconds");
    tell(
      `${phase} within ${seconds} s over the empty program and ${calls(count)} calls`,
      `${over.toFixed(1)} s (${floor.toFixed(1)} of them with a provider that does nothing), ${spent} calls`,
      over <= seconds && spent <= calls(count),
    );
  }
  const quarter = of(SET, "up", "seconds") / of(SINGLE, "up", "seconds");
  tell("up at most a quarter of the single ones", quarter.toFixed(2), quarter <= 0.25);
  if (!isWhole) return;
  for (const phase of PHASES) {
    const times = of(WIDE, phase, "seconds") / of(SET, phase, "seconds");
    tell(
      `${phase} of ten times the pairs`,
      `${times.toFixed(1)} times the seconds`,
      times <= TEN_REGIONS.length,
    );
  }
}

async function measureCase(
  engine: Engine,
  one: Case,
  count: number,
  stateOfSet: object,
): Promise<CaseResult> {
  const folder = mkdtempSync(join(tmpdir(), "keypair-bench-"));
  const { ecs, endpoint } = await Ecs.start({ hasFastKeys: true, latencyMs: LATENCY_MS });
  try {
    const workspace = workspaceIn(folder);
    makeWorkspace(workspace);
    writeNothing(writeModules(workspace.project), moduleThatAnswers(stateOfSet));
    writeFileSync(
      join(workspace.project, "Pulumi.yaml"),
      "name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n" +
        `config:\n  'keypair:backend': { value: alibaba }\n  'keypair:region': { value: ${REGION} }\n` +
        `  'keypair:endpoint': { value: '${endpoint}' }\n` +
        (one.isPlugin ? PLUGIN_LINES : ""),
    );
    const program = PROGRAMS[one.program];
    const source = one.isPlugin ? program.replace("pulumi-keypair", "pulumi-keypair/plugin") : program;
    writeFileSync(join(workspace.project, "index.js"), source);
    writeFileSync(join(workspace.project, "set.json"), JSON.stringify(setOf(count, endpoint, one.regions)));
    const env = {
      ...one.env,
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      ALIBABA_CLOUD_ACCESS_KEY_ID: ACCESS_KEY.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: ACCESS_KEY.secret,
    };
    const pulumi = async (...args: string[]) => {
      const { exitCode, lines } = await runPulumi(args, { engine, workspace, env });
      if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${lines.slice(-20).join("\n")}`);
      return lines;
    };
    await pulumi("stack", "init", "bench");
    const phases: Partial<Record<Phase, Result>> = {};
    let state: object = {};
    for (const phase of PHASES) {
      const [callsBefore, before] = [await ecs.calls(), performance.now()];
      const command = phase === "up again" ? "up" : phase;
      const memory = watchMemory(workspace.project);
      await pulumi(command, ...(one.flags ?? []), ...QUIET);
      const seconds = (performance.now() - before) / 1000;
      phases[phase] = { seconds, calls: (await ecs.calls()) - callsBefore, megabytes: memory.most() };
      if (phase === "up" && one.program === "set")
        state = outputsOfSet((await pulumi("stack", "export", "--show-secrets")).join("\n"));
    }
    return { phases: phases as Record<Phase, Result>, state };
  } finally {
    await ecs.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Looks at the most memory that the provider's process ever had, for as long as it lives. */
function watchMemory(project: string): { most(): number } {
  let most = Number.NaN;
  const timer = setInterval(() => {
    for (const process of globSync("/proc/[0-9]*")) {
      try {
        if (!/dynamic-provider|pulumi-resource-keypair/.test(readFileSync(`${process}/cmdline`, "utf8")))
          continue;
        if (!readlinkSync(`${process}/cwd`).startsWith(project)) continue;
        // proc(5): VmHWM is the peak of the resident set, in kB.
        const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`${process}/status`, "utf8"))?.[1];
        most = Math.round(Number(peak) / 1024);
      } catch {
        // It has ended since it was listed.
      }
    }
  }, 100);
  return {
    most() {
      clearInterval(timer);
      return most;
    },
  };
}

function setOf(count: number, endpoint: string, regions?: string[]) {
  const names = Array.from({ length: count }, (_, n) => `m${n}`);
  const [imported, created] = [names.filter((_, n) => n % 2 === 0), names.filter((_, n) => n % 2 === 1)];
  return {
    publicKeys: Object.fromEntries(imported.map((name) => [name, publicKeyLine(name)])),
    created,
    tags: { team: "ops", use: "bench" },
    ...(regions && { regions, connection: { endpoint } }),
  };
}
