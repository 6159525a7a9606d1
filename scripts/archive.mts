// npm run archive: the plugin as an executable, which needs no Node on the machine, and the archive that the engine downloads
// (`pluginDownloadURL` of schema.json). For the system that it runs on: a release runs it once on each.
//   build/pulumi-resource-keypair                                       (.exe on Windows)
//   build/pulumi-resource-keypair-v<version>-<os>-<arch>.tar.gz

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BUILD, EXECUTABLE, makeExecutable } from "./archive/executable.mts";
import { ROOT } from "./workspace.mts";

/** The names of Go, which the engine uses. */
const OS: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };
const ARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64" };

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const system = `${OS[process.platform] ?? process.platform}-${ARCH[process.arch] ?? process.arch}`;
const archive = `pulumi-resource-keypair-v${version}-${system}.tar.gz`;

await makeExecutable();
execFileSync("tar", ["-czf", archive, basename(EXECUTABLE)], { cwd: BUILD, stdio: "inherit" });
console.log(join("build", archive));
