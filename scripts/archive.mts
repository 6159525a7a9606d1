// npm run archive: the plugin as an executable of its own, which needs no Node on the machine, and the archive that the engine
// downloads (`pluginDownloadURL` of schema.json). For the system that it runs on: a release runs it once on each.
//   build/pulumi-resource-keypair                                       (.exe on Windows)
//   build/pulumi-resource-keypair-v<version>-<os>-<arch>.tar.gz
// How: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "postject";

const root = join(import.meta.dirname, "..");
const build = join(root, "build");
const name = process.platform === "win32" ? "pulumi-resource-keypair.exe" : "pulumi-resource-keypair";
const executable = join(build, name);
/** The marker in Node's own executable that postject turns. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
/** The names of Go, which the engine uses. */
const OS: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };
const ARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64" };

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const system = `${OS[process.platform] ?? process.platform}-${ARCH[process.arch] ?? process.arch}`;
const archive = `pulumi-resource-keypair-v${version}-${system}.tar.gz`;

mkdirSync(build, { recursive: true });
await makeExecutable();
execFileSync("tar", ["-czf", archive, name], { cwd: build, stdio: "inherit" });
console.log(join("build", archive));

async function makeExecutable(): Promise<void> {
  const blob = join(build, "plugin.blob");
  const config = join(build, "sea.json");
  writeFileSync(
    config,
    JSON.stringify({
      main: join(root, "plugin/bundle/index.js"),
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
  rmSync(executable, { force: true });
  copyFileSync(process.execPath, executable);
  chmodSync(executable, 0o755);
  beforeInjection();
  const options = {
    sentinelFuse: FUSE,
    ...(process.platform === "darwin" && { machoSegmentName: "NODE_SEA" }),
  };
  await inject(executable, "NODE_SEA_BLOB", readFileSync(blob), options);
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", executable]);
  for (const file of [blob, config]) rmSync(file);
}

/** Takes out what the injection would make invalid (macOS: the signature), or what nobody needs (Linux: symbols). */
function beforeInjection(): void {
  if (process.platform === "darwin") execFileSync("codesign", ["--remove-signature", executable]);
  if (process.platform === "linux") execFileSync("strip", [executable]);
}
