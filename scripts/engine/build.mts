// Builds the engine from Go modules, for networks that reach a module proxy but not the official download.
// Which proxy, checksum database and flags: whatever `go env` says here.

import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildGoProgram, CLIPBOARD, type GoProgram, PULUMI } from "./goProgram.mts";
import { CLI, DYNAMIC_PROVIDER, ENGINE_VERSION, LANGUAGE_HOST } from "./layout.mts";
import type { Source, SourceContext } from "./source.mts";

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
      CLIPBOARD,
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
  const binDir = join(root, "bin");
  mkdirSync(binDir, { recursive: true });
  for (const program of PROGRAMS) await buildGoProgram(program, binDir, context);
  copyDynamicProvider(binDir);
}

/** The script that starts dynamic resources is a file of the npm package, not a Go program. */
function copyDynamicProvider(binDir: string): void {
  const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  const target = join(binDir, DYNAMIC_PROVIDER);
  copyFileSync(join(sdk, DYNAMIC_PROVIDER), target);
  chmodSync(target, 0o755);
}
