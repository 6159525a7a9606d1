import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import lockfile from "proper-lockfile";
import { inject } from "vitest";

/** How a program gets the package: as its developers have it, or as its users do. */
export type Install = "workspace" | "tarball";
/**
 * Which `@pulumi/pulumi` the program runs on: the one of the development dependencies, the oldest that the peer dependency
 * allows, or the newest 3.x of the registry.
 */
export type Sdk = "pinned" | "oldest" | "newest";

const run = promisify(execFile);
const ROOT = resolve(__dirname, "../../..");
const CACHE = join(ROOT, ".cache/engine");

/** Puts into the program's folder a `node_modules` that holds the package and `@pulumi/pulumi`. */
export async function installModules(folder: string, install: Install, sdk: Sdk): Promise<void> {
  const modules = join(folder, "node_modules");
  if (install === "tarball") {
    symlinkSync(join(await installed(sdk, await pack()), "node_modules"), modules, "dir");
    return;
  }
  const sdkModules = sdk === "pinned" ? ROOT : await installed(sdk);
  link(join(sdkModules, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"));
  link(inject("packageFolder"), join(modules, "pulumi-keypair"));
}

/** A folder in which npm has installed the SDK and, if it is given, the packed package. Kept between runs. */
async function installed(sdk: Sdk, tarball?: string): Promise<string> {
  const folder = join(CACHE, `npm-${sdk}${tarball ? "-packed" : ""}`);
  mkdirSync(folder, { recursive: true });
  const release = await lockfile.lock(folder, {
    retries: { forever: true, maxTimeout: 1000 },
    stale: 60_000,
  });
  try {
    const range = rangeOf(sdk);
    const wanted = { private: true, dependencies: { "@pulumi/pulumi": range } };
    const done = join(folder, "done.json");
    const contents = tarball ? createHash("sha256").update(readFileSync(tarball)).digest("hex") : "";
    const stamp = JSON.stringify({ ...wanted, contents });
    if (existsSync(done) && readFileSync(done, "utf8") === stamp) return folder;
    rmSync(done, { force: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify(wanted));
    const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--no-package-lock"];
    await run("npm", ["install", ...quiet, ...(tarball ? ["--no-save", tarball] : [])], { cwd: folder });
    writeFileSync(done, stamp);
    return folder;
  } finally {
    await release();
  }
}

/** The tarball that `npm publish` would send. */
export async function pack(): Promise<string> {
  const folder = inject("packageFolder");
  const found = () => globSync("*.tgz", { cwd: folder })[0];
  const release = await lockfile.lock(folder, { retries: { forever: true, maxTimeout: 1000 } });
  try {
    if (!found()) await run("npm", ["pack", "--ignore-scripts"], { cwd: folder });
    return join(folder, found() ?? "");
  } finally {
    await release();
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "dir");
}

function rangeOf(sdk: Sdk): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (sdk === "pinned") return manifest.devDependencies["@pulumi/pulumi"];
  return sdk === "newest" ? "^3.259.0" : manifest.peerDependencies["@pulumi/pulumi"].replace("^", "");
}
