// Builds a small Go program of ours that calls Pulumi's code generators, once for each version of it.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildGoProgram } from "./goProgram.mts";
import { createProgress } from "./progress.mts";

const CACHE = join(import.meta.dirname, "../../.cache");
const PROGRAM = process.platform === "win32" ? "program.exe" : "program";

export interface GoTool {
  /** As it reads in messages, and the name of its folder in the cache. */
  name: string;
  /** Its one file. */
  source: string;
  /** Of the module that it is for. */
  version: string;
  requirements: string[];
}

/** The path of the built program. Needs Go. */
export async function goTool({ name, source, version, requirements }: GoTool): Promise<string> {
  const cache = join(CACHE, name);
  const built = join(cache, version);
  const [program, copy] = [join(built, PROGRAM), join(built, "main.go")];
  const isCurrent =
    existsSync(program) && existsSync(copy) && readFileSync(copy, "utf8") === readFileSync(source, "utf8");
  if (isCurrent) return program;
  mkdirSync(built, { recursive: true });
  const work = mkdtempSync(join(cache, "work-"));
  const progress = createProgress();
  try {
    await buildGoProgram({ file: PROGRAM, package: ".", version, requirements, source }, built, {
      env: process.env,
      signal: new AbortController().signal,
      work,
      progress,
    });
    copyFileSync(source, copy);
    return program;
  } finally {
    progress.end();
    rmSync(work, { recursive: true, force: true });
  }
}
