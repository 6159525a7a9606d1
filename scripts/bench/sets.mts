// What a set of key pairs costs beside single ones and beside a program that makes nothing, on the emulator of ECS.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../engine/locate.mts";
import { runPulumi } from "../pulumi.mts";
import { makeWorkspace, workspaceIn } from "../workspace.mts";
import { ACCESS_KEY, Ecs } from "./ecs.mts";
import { median, PHASES, type Phase } from "./measure.mts";
import { publicKeyLine, writeModules } from "./project.mts";

const PROGRAMS = ["empty program", "single key pairs", "one set"] as const;
type Program = (typeof PROGRAMS)[number];

/** Half imported, half created, two tags each. */
const SOURCES: Record<Program, string> = {
  "empty program": "",
  "single key pairs": `
const { KeyPair } = require("pulumi-keypair");
const { publicKeys, created, tags } = require("./members.json");
for (const [member, publicKeyBody] of Object.entries(publicKeys))
  new KeyPair(member, { keyPairName: "team-" + member, publicKeyBody, tags });
for (const member of created) new KeyPair(member, { keyPairName: "team-" + member, tags });`,
  "one set": `
const { KeyPairSet } = require("pulumi-keypair");
new KeyPairSet("team", require("./members.json"));`,
};

const LATENCY_MS = 50;

interface Result {
  seconds: number;
  calls: number;
}

/** So many seconds over the empty program, and so many calls. */
const TARGETS: Record<Phase, { seconds: number; calls: (count: number) => number }> = {
  up: { seconds: 4, calls: (count) => count + count / 50 + 5 },
  "up again": { seconds: 1, calls: () => 0 },
  refresh: { seconds: 1.5, calls: (count) => count / 50 + 2 },
  destroy: { seconds: 2, calls: (count) => count / 100 + count / 50 + 5 },
};

/** Runs all programs one after the other in each run, and prints medians and what became of the targets. */
export async function benchSets(engine: Engine, count: number, runs: number): Promise<void> {
  const results = new Map<Program, Record<Phase, Result>[]>();
  for (let run = 1; run <= runs; run++) {
    for (const program of PROGRAMS) {
      console.error(`run ${run} of ${runs}: ${count} key pairs on ECS, ${program}`);
      results.set(program, [...(results.get(program) ?? []), await measureProgram(engine, program, count)]);
    }
  }
  const of = (program: Program, phase: Phase, what: keyof Result) =>
    median((results.get(program) ?? []).map((result) => result[phase][what]));
  console.log(`\n${count} key pairs on ECS (emulator, ${LATENCY_MS} ms a call), medians of ${runs} runs:`);
  console.log(`${"".padEnd(10)}${PROGRAMS.map((program) => program.padStart(24)).join("")}`);
  for (const phase of PHASES) {
    const cells = PROGRAMS.map((program) =>
      `${of(program, phase, "seconds").toFixed(1)} s, ${of(program, phase, "calls")} calls`.padStart(24),
    );
    console.log(`${phase.padEnd(10)}${cells.join("")}`);
  }
  for (const phase of PHASES) {
    const { seconds, calls } = TARGETS[phase];
    const over = of("one set", phase, "seconds") - of("empty program", phase, "seconds");
    const spent = of("one set", phase, "calls");
    const isMet = over <= seconds && spent <= calls(count);
    console.log(
      `Target of a set, ${phase} within ${seconds} s over the empty program and ${calls(count)} calls: ` +
        `${over.toFixed(1)} s, ${spent} calls: ${isMet ? "met" : "missed"}.`,
    );
  }
  const quarter = of("one set", "up", "seconds") / of("single key pairs", "up", "seconds");
  console.log(
    `Target of a set, up at most a quarter of the single ones: ${quarter.toFixed(2)}: ${quarter <= 0.25 ? "met" : "missed"}.`,
  );
}

async function measureProgram(
  engine: Engine,
  program: Program,
  count: number,
): Promise<Record<Phase, Result>> {
  const folder = mkdtempSync(join(tmpdir(), "keypair-bench-"));
  const { ecs, endpoint } = await Ecs.start({ hasFastKeys: true, latencyMs: LATENCY_MS });
  try {
    const workspace = workspaceIn(folder);
    makeWorkspace(workspace);
    writeModules(workspace.project);
    writeFileSync(
      join(workspace.project, "Pulumi.yaml"),
      "name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n" +
        "config:\n  'keypair:backend': { value: alibaba }\n  'keypair:region': { value: cn-hangzhou }\n" +
        `  'keypair:endpoint': { value: '${endpoint}' }\n`,
    );
    writeFileSync(join(workspace.project, "index.js"), SOURCES[program]);
    writeFileSync(join(workspace.project, "members.json"), JSON.stringify(membersOf(count)));
    const env = {
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      ALIBABA_CLOUD_ACCESS_KEY_ID: ACCESS_KEY.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: ACCESS_KEY.secret,
    };
    const pulumi = async (...args: string[]) => {
      const { exitCode, lines } = await runPulumi(args, { engine, workspace, env });
      if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${lines.slice(-20).join("\n")}`);
    };
    await pulumi("stack", "init", "bench");
    const results: Partial<Record<Phase, Result>> = {};
    for (const phase of PHASES) {
      const [callsBefore, before] = [await ecs.calls(), performance.now()];
      const command = phase === "up again" ? "up" : phase;
      await pulumi(command, "--yes", "--skip-preview", "--suppress-progress", "--suppress-outputs");
      const seconds = (performance.now() - before) / 1000;
      results[phase] = { seconds, calls: (await ecs.calls()) - callsBefore };
    }
    return results as Record<Phase, Result>;
  } finally {
    await ecs.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function membersOf(count: number) {
  const names = Array.from({ length: count }, (_, n) => `m${n}`);
  const [imported, created] = [names.filter((_, n) => n % 2 === 0), names.filter((_, n) => n % 2 === 1)];
  return {
    publicKeys: Object.fromEntries(imported.map((name) => [name, publicKeyLine(name)])),
    created,
    tags: { team: "ops", use: "bench" },
  };
}
