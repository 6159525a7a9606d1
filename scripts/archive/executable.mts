// The plugin as an executable of its own: Node with the plugin's file in it, for the system that this runs on.
// How: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "postject";
import { ROOT } from "../workspace.mts";

export const BUILD = join(ROOT, "build");
export const EXECUTABLE = join(
  BUILD,
  process.platform === "win32" ? "pulumi-resource-keypair.exe" : "pulumi-resource-keypair",
);
/** The marker in Node's own executable that postject turns. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Needs `plugin/bundle/index.js`: `npm run build`. */
export async function makeExecutable(): Promise<void> {
  mkdirSync(BUILD, { recursive: true });
  const blob = join(BUILD, "plugin.blob");
  const config = join(BUILD, "sea.json");
  writeFileSync(
    config,
    JSON.stringify({
      main: join(ROOT, "plugin/bundle/index.js"),
      output: blob,
      disableExperimentalSEAWarning: true,
      // Compiled beforehand: the plugin starts a third faster.
      useCodeCache: true,
    }),
  );
  execFileSync(process.execPath, ["--experimental-sea-config", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  // A file that runs cannot be overwritten, but it can be replaced.
  rmSync(EXECUTABLE, { force: true });
  copyFileSync(process.execPath, EXECUTABLE);
  chmodSync(EXECUTABLE, 0o755);
  beforeInjection();
  const options = {
    sentinelFuse: FUSE,
    ...(process.platform === "darwin" && { machoSegmentName: "NODE_SEA" }),
  };
  await inject(EXECUTABLE, "NODE_SEA_BLOB", readFileSync(blob), options);
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", EXECUTABLE]);
  for (const file of [blob, config]) rmSync(file);
}

/** Takes out what the injection would make invalid (macOS: the signature), or what nobody needs (Linux: symbols). */
function beforeInjection(): void {
  if (process.platform === "darwin") execFileSync("codesign", ["--remove-signature", EXECUTABLE]);
  if (process.platform === "linux") stripIfThere();
}

/** Without `strip` the executable is larger, and as good. */
function stripIfThere(): void {
  try {
    execFileSync("strip", [EXECUTABLE]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
