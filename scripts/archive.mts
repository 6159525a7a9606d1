// npm run archive: the plugin as an executable, which needs no Node on the machine, and the archive that the engine downloads
// (`pluginDownloadURL` of schema.json). For the system that it runs on: a release runs it once on each.
//   build/pulumi-resource-keypair                                       (.exe on Windows)
//   build/pulumi-resource-keypair-v<version>-<os>-<arch>.tar.gz

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BUILD, EXECUTABLE, makeExecutable } from "./archive/executable.mts";
import { ROOT } from "./workspace.mts";

/** The names of Go, which the engine uses. */
const OS: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };
const ARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64" };

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const system = `${OS[process.platform] ?? process.platform}-${ARCH[process.arch] ?? process.arch}`;
const archive = `pulumi-resource-keypair-v${version}-${system}.tar.gz`;

await makeExecutable();
const licences = copyLicences();
execFileSync("tar", ["-czf", archive, basename(EXECUTABLE), ...licences], { cwd: BUILD, stdio: "inherit" });
console.log(join("build", archive));

/** Ours, those of the packages in the plugin's file, and that of Node, which is in the executable. */
function copyLicences(): string[] {
  const sources: Record<string, string> = {
    LICENSE: join(ROOT, "LICENSE"),
    "THIRD-PARTY-NOTICES.txt": join(ROOT, "plugin/bundle/THIRD-PARTY-NOTICES.txt"),
    "LICENSE-node": join(dirname(process.execPath), "../LICENSE"),
  };
  for (const [name, file] of Object.entries(sources)) {
    if (existsSync(file)) copyFileSync(file, join(BUILD, name));
    // The npm package of Node brings no licence.
    else writeFileSync(join(BUILD, name), `https://github.com/nodejs/node/blob/${process.version}/LICENSE\n`);
  }
  return Object.keys(sources);
}
