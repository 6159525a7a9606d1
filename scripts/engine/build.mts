// Builds the engine from Go modules, for networks that reach a module proxy but not the official download.
// Which proxy, checksum database and flags: whatever `go env` says here.

import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CLI, DYNAMIC_PROVIDER, ENGINE_VERSION, LANGUAGE_HOST } from "./layout.mts";
import { onPath } from "./locate.mts";
import { run } from "./run.mts";
import type { Source, SourceContext } from "./source.mts";

interface GoProgram {
  file: string;
  package: string;
  version: string;
  /** The lines of go.mod after the module's name. */
  requirements: string[];
}

const PULUMI = "github.com/pulumi/pulumi";
/** The last version of the SDK's Go module that holds the language host; later ones moved it out of any module. */
const LANGUAGE_HOST_VERSION = "3.68.0";

const PROGRAMS: GoProgram[] = [
  {
    file: CLI,
    package: `${PULUMI}/pkg/v3/cmd/pulumi`,
    version: ENGINE_VERSION,
    requirements: [
      `require ${PULUMI}/pkg/v3 v${ENGINE_VERSION}`,
      `require ${PULUMI}/sdk/v3 v${ENGINE_VERSION}`,
      // As in Pulumi's own go.mod: a replacement does not pass on to those who require the module.
      "replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
    ],
  },
  {
    file: LANGUAGE_HOST,
    package: `${PULUMI}/sdk/v3/nodejs/cmd/pulumi-language-nodejs`,
    version: LANGUAGE_HOST_VERSION,
    requirements: [`require ${PULUMI}/sdk/v3 v${LANGUAGE_HOST_VERSION}`],
  },
];

export const buildSource: Source = {
  name: "build from Go modules",
  install: buildEngine,
};

async function buildEngine(root: string, context: SourceContext): Promise<void> {
  const go = onPath(process.platform === "win32" ? "go.exe" : "go", context.env)[0];
  if (go === undefined) throw new Error("no go on the PATH");
  const binDir = join(root, "bin");
  mkdirSync(binDir, { recursive: true });
  for (const program of PROGRAMS) await buildProgram(go, program, binDir, context);
  copyDynamicProvider(binDir);
}

async function buildProgram(go: string, program: GoProgram, binDir: string, context: SourceContext) {
  const { signal, progress } = context;
  const cwd = join(context.work, program.file);
  mkdirSync(cwd);
  // The go command raises the language version to what the requirements ask for.
  writeFileSync(join(cwd, "go.mod"), ["module engine", "go 1.21", ...program.requirements, ""].join("\n"));
  const options = { cwd, signal, env: { ...context.env, CGO_ENABLED: "0", GOWORK: "off" } };

  progress.begin(`Building ${program.file} ${program.version}`);
  let modules = 0;
  const listed = await run(go, ["list", "-mod=mod", "-deps", "-f", "{{.Stale}}", program.package], {
    ...options,
    onLine: (line) => {
      if (line.startsWith("go: downloading ")) progress.update(`${++modules} Go modules downloaded`);
    },
  });

  // The rest is in Go's build cache.
  const toBuild = listed.filter((line) => line === "true").length;
  let built = 0;
  const stamp = `-s -w -X ${PULUMI}/sdk/v3/go/common/version.Version=v${program.version}`;
  const output = join(binDir, program.file);
  await run(go, ["build", "-mod=mod", "-trimpath", "-v", "-ldflags", stamp, "-o", output, program.package], {
    ...options,
    // With -v the go command prints each package that it compiles.
    onLine: (line) => {
      if (!/^[\w.~/-]+$/.test(line)) return;
      built = Math.min(built + 1, toBuild);
      progress.update(built < toBuild ? `${built} of ${toBuild} packages` : "linking");
    },
  });
  progress.end();
}

/** The script that starts dynamic resources is a file of the npm package, not a Go program. */
function copyDynamicProvider(binDir: string): void {
  const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  const target = join(binDir, DYNAMIC_PROVIDER);
  copyFileSync(join(sdk, DYNAMIC_PROVIDER), target);
  chmodSync(target, 0o755);
}
