// Builds a Go program from modules. Which proxy, checksum database and flags: whatever `go env` says here.

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./locate.mts";
import { run } from "./run.mts";
import type { SourceContext } from "./source.mts";

export interface GoProgram {
  /** The name of the executable. */
  file: string;
  package: string;
  version: string;
  /** The lines of go.mod after the module's name. */
  requirements: string[];
  /** The one file of a program of ours, whose package is `.`. */
  source?: string;
}

export const PULUMI = "github.com/pulumi/pulumi";
/** As in Pulumi's own go.mod: a replacement does not pass on to those who require the module. */
export const CLIPBOARD =
  "replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e";

/** Builds the program into the folder. Throws without a Go command, and with the compiler's last lines. */
export async function buildGoProgram(
  program: GoProgram,
  folder: string,
  context: SourceContext,
): Promise<void> {
  const go = onPath(process.platform === "win32" ? "go.exe" : "go", context.env)[0];
  if (go === undefined) throw new Error("no go on the PATH");
  const { signal, progress } = context;
  const cwd = join(context.work, program.file);
  mkdirSync(cwd);
  if (program.source !== undefined) copyFileSync(program.source, join(cwd, "main.go"));
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
  const output = join(folder, program.file);
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
