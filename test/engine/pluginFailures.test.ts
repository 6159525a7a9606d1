import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { SECRET, STACK_TRACE } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf } from "./support/leaks";
import { holdStore, LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { pluginPath, pluginProgram, pluginProject } from "./support/plugin";
import type { EngineProject } from "./support/project";

const BUSY = "waiting for another process that writes to the local store";

async function start(program = ""): Promise<EngineProject> {
  const project = await pluginProject({ program });
  onTestFinished(() => project.close());
  return project;
}

describe("the plugin", () => {
  it("imports a pair that is there, by its name; the program that says the same changes nothing", async () => {
    const project = await start();
    const { line } = await newKey();
    withStore(project, (store) =>
      store.import(LOCAL_REGION, { name: "taken", publicKey: line, tags: { team: "ops" } }),
    );
    const flags = ["--generate-code=false", "--protect=false", "--skip-preview", "--yes"];
    const missing = await project.pulumi(["import", "keypair:index:KeyPair", "gone", "no-such", ...flags], {
      fails: true,
    });
    expect(missing.output).toContain("resource 'no-such' does not exist");
    const run = await project.pulumi(["import", "keypair:index:KeyPair", "taken", "taken", ...flags]);
    expect(run.output).not.toMatch(/warning|error/);
    const inputs = { keyPairName: "taken", publicKeyBody: line, tags: { team: "ops" } };
    expect(project.resource("taken")).toMatchObject({ id: "taken", inputs });

    pluginProgram(project, `new PluginKeyPair("taken", ${literal(inputs)});`);
    expect((await project.preview()).ops("taken")).toEqual(["same"]);
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });

  it("reports all that is wrong with a provider's configuration at once, without its secrets", async () => {
    const project = await start(
      `new Provider("bad", { backend: "clown", timeoutSeconds: 0, regoin: "x", accessKeySecret: ["a-secret-of-a-test"] });`,
    );
    const { output } = await project.preview({ fails: true });
    expect(output).toMatch(
      /property backend value \{clown\} has a problem: must be one of "alibaba", "local", "openstack"/,
    );
    expect(output).toMatch(/property timeoutSeconds value \{0\} has a problem: must be >= 1/);
    expect(output).toMatch(/property regoin value \{x\} has a problem: there is no such/);
    expect(output).toMatch(/has a problem: accessKeySecret must be a string/);
    expect(output).not.toContain("a-secret-of-a-test");
    expect(output).not.toMatch(STACK_TRACE);
  });

  it("reports all that is wrong with a resource at once, without what is secret", async () => {
    const { privateKey, line } = await newKey();
    const project = await start(`
      new PluginKeyPair("bad", {
        keyPairName: pulumi.secret("1-secret-name"), publicKeyBody: ${literal(privateKey)}, tags: { "acs:x": "1" },
      });`);
    const run = await project.preview({ fails: true });
    const errors = run.errors("bad").join("\n");
    expect(errors).toMatch(/property tags value .* has a problem: "acs:x": a tag's key cannot start with/);
    expect(errors).toMatch(/keyPairName: it does not start with a letter/);
    expect(errors).toMatch(/publicKeyBody: .*private key/);
    expect(errors).not.toContain("secret-name");
    expect(findInText("output", run.output, needlesOf(privateKey, line))).toEqual([]);
    expect(run.output).not.toMatch(STACK_TRACE);
    expect(existsSync(project.path(".keypair/local.sqlite")) ? pairs(project) : []).toEqual([]);
  });

  it("keeps the id and the private key of a pair when something fails after it was made", async () => {
    const project = await start(`new PluginKeyPair("bastion", { privateKeyFile: "keys/bastion.pem" });`);
    mkdirSync(project.path("keys"));
    const store = holdStore(project);
    const running = project.start("up");
    // Past the check of the file, and before the pair is made.
    await running.says(BUSY);
    mkdirSync(project.path("keys/bastion.pem"));
    store.release();
    const run = await running.ended;
    expect(run.exitCode).not.toBe(0);
    expect(run.errors("bastion").join()).toContain(
      "The key pair is there and its private key is kept in the stack's state",
    );
    const { id, outputs, initErrors } = project.resource("bastion");
    expect(outputs).toMatchObject({ keyPairName: id, privateKey: SECRET });
    expect(initErrors).toHaveLength(1);

    rmSync(project.path("keys/bastion.pem"), { recursive: true });
    expect((await project.up()).ops("bastion")).toEqual(["update"]);
    expect(project.read("keys/bastion.pem")).toContain("PRIVATE KEY");
    expect(project.resource("bastion").id).toBe(id);
  });

  it("ends an operation at its own timeout, and at an interrupt", async () => {
    const project = await start(`new PluginKeyPair("slow", {}, { customTimeouts: { create: "3s" } });`);
    const store = holdStore(project);
    try {
      const late = await project.up({ fails: true });
      expect(late.errors("slow").join()).toMatch(
        /key pair "slow-\w+": gave up after \d+ (try|tries), when the time was up/,
      );
      expect(late.output).not.toMatch(STACK_TRACE);

      pluginProgram(project, `new PluginKeyPair("slow", {});`);
      const running = project.start("up");
      await running.says(BUSY);
      const interruptedAt = Date.now();
      process.kill(running.pid, "SIGINT");
      const run = await running.ended;
      expect(Date.now() - interruptedAt).toBeLessThan(10_000);
      expect(run.errors("slow").join()).toMatch(/key pair "slow-\w+": interrupted while waiting/);
      expect(run.output).not.toContain("exited prematurely");
    } finally {
      store.release();
    }
    expect(project.resources()).toEqual([]);
    expect(pairs(project)).toEqual([]);
  });

  it("gives its schema", async () => {
    const project = await start();
    const { output } = await project.pulumi(["package", "get-schema", pluginPath()]);
    const given = JSON.parse(output);
    const published = JSON.parse(readFileSync(join(inject("packageFolder"), "schema.json"), "utf8"));
    expect(given).toMatchObject({ name: "keypair", version: published.version });
    expect(Object.keys(given.resources).sort()).toEqual(Object.keys(published.resources).sort());
  });
});

describe("the plugin's process", () => {
  /** An address where nobody listens: the engine is gone. */
  const NOBODY = "127.0.0.1:9";

  function startPlugin(...args: string[]) {
    const child = spawn(process.execPath, [pluginPath(), ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    }
    return { child, said, ready: once(child.stdout, "data"), ended: once(child, "close") };
  }

  it("says its port and nothing else, and ends when the engine interrupts it", async () => {
    const { child, said, ready, ended } = startPlugin(NOBODY);
    await ready;
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    expect(said.stdout).toMatch(/^\d+\n$/);
    expect(said.stderr).toBe("");
  });

  it("says its version, and what it is, instead of a port", async () => {
    const { version } = JSON.parse(readFileSync(join(inject("packageFolder"), "package.json"), "utf8"));
    for (const [flag, text] of [
      ["--version", `${version}\n`],
      ["--help", expect.stringMatching(/^pulumi-resource-keypair .*The Pulumi engine starts it\./s)],
    ] as const) {
      const { said, ended } = startPlugin(flag);
      expect(await ended).toEqual([0, null]);
      expect(said).toEqual({ stdout: text, stderr: "" });
    }
  });

  it("knows the engine's address behind the flags that the engine puts before it", async () => {
    const engine = createServer().listen(0, "127.0.0.1");
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const { child, ready, ended } = startPlugin("--logtostderr", "-v=9", "--tracing=file:trace.out", address);
    await ready;
    child.stdin.end();
    const [asked] = await once(engine, "connection");
    asked.destroy();
    engine.close();
    expect(await ended).toEqual([1, null]);
  });

  it("starts without a standard input at all", async () => {
    const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    onTestFinished(() => void engine.close());
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const plugin = `exec "${process.execPath}" "${pluginPath()}" ${address} <&-`;
    const child = spawn("sh", ["-c", plugin], { stdio: ["pipe", "pipe", "pipe"] });
    const ended = once(child, "close");
    const [port] = await once(child.stdout, "data");
    expect(String(port)).toMatch(/^\d+\n$/);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("ends with an engine that was killed, but not with a standard input that is closed", async () => {
    const orphan = startPlugin(NOBODY);
    await orphan.ready;
    orphan.child.stdin.end();
    expect(await orphan.ended).toEqual([1, null]);

    const engine = createServer().listen(0, "127.0.0.1");
    await once(engine, "listening");
    const { child, ready, ended } = startPlugin(`127.0.0.1:${(engine.address() as AddressInfo).port}`);
    await ready;
    child.stdin.end();
    const [asked] = await once(engine, "connection");
    await once(asked, "close");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    engine.close();
  });
});
