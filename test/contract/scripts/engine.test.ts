import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildSource } from "../../../scripts/engine/build.mts";
import { ensureEngine } from "../../../scripts/engine/ensure.mts";
import { ENGINE_VERSION, engineDir, versionsDir } from "../../../scripts/engine/layout.mts";
import { locateEngine, OLDEST, searchEngine } from "../../../scripts/engine/locate.mts";
import type { Progress } from "../../../scripts/engine/progress.mts";
import { run } from "../../../scripts/engine/run.mts";
import type { Source } from "../../../scripts/engine/source.mts";

// The stand-ins are shell scripts.
describe.skipIf(process.platform === "win32")("npm run engine", () => {
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "engine-test-"));
    env = { PULUMI_HOME: join(home, ".pulumi"), PATH: "" };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const script = (file: string, body: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return file;
  };
  /** Fills a folder with the three files of an engine. */
  const fakeEngine = (binDir: string, version = ENGINE_VERSION) => {
    script(join(binDir, "pulumi-language-nodejs"), "exit 0");
    script(join(binDir, "pulumi-resource-pulumi-nodejs"), "exit 0");
    return script(join(binDir, "pulumi"), `echo v${version}`);
  };
  const source = (name: string, install: Source["install"]): Source => ({ name, install });
  const makes = (name: string, version?: string) =>
    source(name, async (root) => void fakeEngine(join(root, "bin"), version));
  const fails = (name: string, reason: string) => source(name, async () => Promise.reject(new Error(reason)));
  const quiet: Progress = { say() {}, begin() {}, update() {}, end() {} };
  const ensure = (...sources: Source[]) => ensureEngine({ env, sources, progress: quiet });
  const left = () => readdirSync(versionsDir(env)).filter((name) => name !== ENGINE_VERSION);

  it("takes no older engine than the package takes of Pulumi's SDK", () => {
    const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(peerDependencies["@pulumi/pulumi"]).toBe(`^${OLDEST.major}.${OLDEST.minor}.0`);
  });

  describe("locateEngine", () => {
    it("finds nothing on an empty machine, and makes nothing", () => {
      expect(locateEngine(env)).toBeUndefined();
      expect(readdirSync(home)).toEqual([]);
    });

    it("takes a recent Pulumi from the PATH before the cache", () => {
      fakeEngine(join(engineDir(env), "bin"));
      const pulumi = fakeEngine(join(home, "bin"), "3.216.0");
      env["PATH"] = join(home, "bin");
      expect(locateEngine(env)).toEqual({ pulumi, binDir: dirname(pulumi), version: "3.216.0" });
    });

    it("takes the language host from elsewhere on the PATH", () => {
      const pulumi = fakeEngine(join(home, "bin"));
      script(join(home, "host", "pulumi-language-nodejs"), "exit 0");
      rmSync(join(home, "bin", "pulumi-language-nodejs"));
      env["PATH"] = [join(home, "bin"), join(home, "host")].join(delimiter);
      expect(locateEngine(env)?.pulumi).toBe(pulumi);
    });

    it("follows a link to the folder that holds the language host", () => {
      const pulumi = fakeEngine(join(home, "cellar"));
      mkdirSync(join(home, "bin"));
      symlinkSync(pulumi, join(home, "bin", "pulumi"));
      env["PATH"] = join(home, "bin");
      expect(locateEngine(env)?.pulumi).toBe(join(home, "bin", "pulumi"));
    });

    it.each([
      ["an old Pulumi", (bin: string) => fakeEngine(bin, "3.215.9")],
      ["the next major version", (bin: string) => fakeEngine(bin, "4.300.0")],
      ["one that does not run", (bin: string) => script(join(bin, "pulumi"), "exit 1")],
      ["one without its language host", (bin: string) => rmSync(join(bin, "pulumi-language-nodejs"))],
      ["an empty file", (bin: string) => writeFileSync(join(bin, "pulumi"), "")],
    ])("passes over %s on the PATH", (_, put) => {
      fakeEngine(join(home, "bin"));
      put(join(home, "bin"));
      env["PATH"] = join(home, "bin");
      expect(locateEngine(env)).toBeUndefined();
    });

    it.each([
      ["3.215.9", "older than 3.216"],
      ["2.300.0", "older than 3.216"],
      ["4.0.0", "another major version than 3"],
    ])("says why it passes over version %s", (version, reason) => {
      const pulumi = fakeEngine(join(home, "bin"), version);
      env["PATH"] = join(home, "bin");
      expect(searchEngine(env).rejected[0]).toBe(`PATH: ${pulumi} is version ${version}, ${reason}`);
    });

    it("never runs the npm wrapper, which would download", () => {
      const wrapper = fakeEngine(join(home, "lib", "node_modules", "pulumi"));
      script(wrapper, `touch ${home}/ran; echo v${ENGINE_VERSION}`);
      mkdirSync(join(home, "bin"));
      symlinkSync(wrapper, join(home, "bin", "pulumi"));
      env["PATH"] = [join(home, "bin"), dirname(wrapper)].join(delimiter);
      expect(locateEngine(env)).toBeUndefined();
      expect(existsSync(join(home, "ran"))).toBe(false);
    });

    it("uses the cache of the npm package", () => {
      const pulumi = fakeEngine(join(engineDir(env), "bin"));
      expect(locateEngine(env)).toEqual({ pulumi, binDir: dirname(pulumi), version: ENGINE_VERSION });
      vi.stubEnv("PULUMI_HOME", env["PULUMI_HOME"]);
      const { cacheDir } = require("pulumi/lib/cache");
      expect(cacheDir(ENGINE_VERSION)).toBe(engineDir(env));
      vi.unstubAllEnvs();
    });

    it("does not use a cache that lacks a file", () => {
      fakeEngine(join(engineDir(env), "bin"));
      rmSync(join(engineDir(env), "bin", "pulumi-language-nodejs"));
      expect(locateEngine(env)).toBeUndefined();
    });
  });

  describe("ensureEngine", () => {
    it("does nothing when an engine is there", async () => {
      fakeEngine(join(engineDir(env), "bin"));
      expect(await ensure(fails("download", "called"))).toMatchObject({ from: "cache" });
      expect(left()).toEqual([]);
    });

    it("takes the next source when one fails, and leaves only the engine", async () => {
      const made = await ensure(fails("download", "refused"), makes("build"));
      expect(made).toEqual({ ...locateEngine(env), from: "build" });
      expect(left()).toEqual([]);
    });

    it("replaces an engine that lacks a file", async () => {
      script(join(engineDir(env), "bin", "pulumi"), "echo half");
      await ensure(makes("build"));
      expect(await run(locateEngine(env)?.pulumi ?? "", ["version"])).toEqual([`v${ENGINE_VERSION}`]);
      expect(left()).toEqual([]);
    });

    it.each([
      [
        "a file less",
        source("download", async (root) => void script(join(root, "bin", "pulumi"), "exit 0")),
        "it brought no pulumi-language-nodejs, no pulumi-resource-pulumi-nodejs",
      ],
      ["another version", makes("download", "3.1.0"), "it brought version 3.1.0"],
    ])("uses nothing of a source that brings %s", async (_, bad, reason) => {
      await expect(ensure(bad)).rejects.toThrow(`download: ${reason}`);
      expect(locateEngine(env)).toBeUndefined();
      expect(left()).toEqual([]);
    });

    it("says all that was tried and what helps", async () => {
      fakeEngine(join(home, "bin"), "3.100.0");
      env["PATH"] = join(home, "bin");
      const dir = engineDir(env);
      await expect(ensure(fails("official download", "refused"), buildSource)).rejects.toThrow(
        [
          `There is no Pulumi ${ENGINE_VERSION}, and it could not be made. Tried:`,
          `  - PATH: ${home}/bin/pulumi is version 3.100.0, older than 3.216`,
          `  - cache: ${dir}/bin has no pulumi, no pulumi-language-nodejs, no pulumi-resource-pulumi-nodejs`,
          "  - official download: refused",
          "  - build from Go modules: no go on the PATH",
          "What helps, any one of these:",
          "  - install Pulumi, so that it is on the PATH: https://www.pulumi.com/docs/install/",
          "  - install Go, or set GOPROXY to a module proxy that this machine reaches: https://go.dev/doc/install",
          `  - copy the folder from a machine of the same kind that has it to ${dir}`,
          "Then run `npm run engine` again.",
        ].join("\n"),
      );
    });

    it("names PULUMI_HOME when it cannot be written to", async () => {
      writeFileSync(join(home, ".pulumi"), "a file");
      await expect(ensure(makes("build"))).rejects.toThrow(
        "set PULUMI_HOME to a folder that can be written to",
      );
    });

    it("leaves nothing half-made when it is interrupted, and starts over", async () => {
      const interrupt = new AbortController();
      const interrupted = source("build", async (root) => {
        fakeEngine(join(root, "bin"));
        interrupt.abort(new Error("interrupted"));
      });
      const sources = [interrupted, makes("never reached")];
      await expect(ensureEngine({ env, sources, progress: quiet, signal: interrupt.signal })).rejects.toThrow(
        "interrupted",
      );
      expect(readdirSync(versionsDir(env))).toEqual([]);
      expect(await ensure(makes("build"))).toMatchObject({ from: "build" });
    });

    it("sweeps what a killed run left, and takes over its lock", async () => {
      const staging = join(versionsDir(env), `.staging-${ENGINE_VERSION}-dead`);
      const lock = join(versionsDir(env), `.${ENGINE_VERSION}.lock`);
      fakeEngine(join(staging, "engine", "bin"));
      mkdirSync(lock);
      const long = new Date(Date.now() - 60_000);
      utimesSync(lock, long, long);
      expect(await ensure(makes("build"))).toMatchObject({ from: "build" });
      expect(left()).toEqual([]);
    });

    it("makes one engine for runs at the same time", async () => {
      let builds = 0;
      const slow = source("build", async (root) => {
        builds++;
        await new Promise((done) => setTimeout(done, 300));
        fakeEngine(join(root, "bin"));
      });
      const made = await Promise.all([ensure(slow), ensure(slow), ensure(slow)]);
      expect(builds).toBe(1);
      expect(made.map(({ from }) => from).sort()).toEqual(["build", "cache", "cache"]);
    });
  });
});
