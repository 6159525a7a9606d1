import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { pairs } from "./support/localStore";
import type { Install, Sdk } from "./support/modules";
import { engineProject } from "./support/project";
import { step } from "./support/step";

const run = promisify(execFile);
/** The first run of all has to download two versions of the SDK. */
const TIMEOUT_MS = 600_000;
const STUB = 'exports.handler=()=>require("pulumi-keypair/provider").impl';

it("stores a provider of less than 80 bytes", () => {
  expect(Buffer.byteLength(STUB)).toBeLessThan(80);
});

it("another way to install the package, or another SDK, is no change", { timeout: TIMEOUT_MS }, async () => {
  const key = await newKey();
  const stages: [Install, Sdk][] = [
    ["tarball", "pinned"],
    ["tarball", "oldest"],
    ["tarball", "newest"],
    ["workspace", "newest"],
    ["workspace", "pinned"],
  ];
  /** All pairs that were there at a stage, the ones of that stage tagged with its number. */
  const program = (stage: number) => `
    for (let n = 0; n <= ${stage}; n++) {
      const tags = n === ${stage} ? {} : { moved: String(${stage}) };
      new KeyPair("imported-" + n, { publicKeyBody: ${literal(key.line)}, tags, tagChanges: "update" });
      exports["key" + n] = new KeyPair("created-" + n, { tags, tagChanges: "update" }).privateKey;
    }`;

  const project = await engineProject({ program: program(0), install: "tarball" });
  onTestFinished(() => project.close());

  const versions = new Map<Sdk, string>();
  for (const [stage, [install, sdk]] of stages.entries())
    await step(`${install} on the ${sdk} SDK: pairs are made, read and updated`, async () => {
      if (stage > 0) {
        await project.reinstall(install, sdk);
        expect((await project.up()).changes).toEqual({ same: 2 * stage + 1 });
        project.program(program(stage));
      }
      versions.set(sdk, JSON.parse(project.read("node_modules/@pulumi/pulumi/package.json")).version);
      const up = await project.up();
      expect(up.ops(`imported-${stage}`)).toEqual(["create"]);
      expect(up.ops(`created-${stage}`)).toEqual(["create"]);
      if (stage > 0) expect(up.changes).toEqual({ create: 2, update: 2 * stage, same: 1 });
      expect(up.diagnostics).toEqual([]);
      const refreshed = await project.refresh();
      expect(refreshed.changes).toEqual({ same: 2 * (stage + 1) + 1 });
      for (const { inputs, outputs } of project.resources()) {
        expect([inputs?.["__provider"], outputs?.["__provider"]]).toEqual([STUB, STUB]);
      }
    });

  await step("it ran on three versions of the SDK", () => {
    expect([versions.get("oldest"), versions.get("pinned")]).toEqual(["3.216.0", "3.259.0"]);
    expect(versions.get("newest")).toMatch(/^3\.(2[6-9]\d|[3-9]\d\d)\./);
  });

  await step("destroy deletes them all", async () => {
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });
});

describe("the tarball", () => {
  it("holds what it needs and none of the tests, and its types know right arguments from wrong ones", async () => {
    const project = await engineProject({ program: "", install: "tarball" });
    onTestFinished(() => project.close());
    const installed = project.path("node_modules/pulumi-keypair");
    for (const file of [
      "dist/sdk/index.d.ts",
      "dist/provider/fronts/dynamic/index.js",
      "plugin/bundle/index.js",
      "package.json",
    ]) {
      expect(existsSync(join(installed, file)), file).toBe(true);
    }
    for (const file of ["test", "scripts", "provider", "sdk", "dist/test"]) {
      expect(existsSync(join(installed, file)), file).toBe(false);
    }
    project.write(
      "index.ts",
      `import * as pulumi from "@pulumi/pulumi";
         import { KeyPair } from "pulumi-keypair";
         import { KeyPair as PluginKeyPair, Provider } from "pulumi-keypair/plugin";
         new PluginKeyPair("there", { publicKeyFile: "a.pub" }, { provider: new Provider("p", { backend: "local" }) });
         // @ts-expect-error There is no such argument.
         new PluginKeyPair("wrong", { keyPairname: "x" });
         const first = new KeyPair("first", { tags: { a: pulumi.output("b") }, keyGeneration: { source: "local" } });
         export const key: pulumi.Output<string | undefined> = first.privateKey;
         // @ts-expect-error There is no such argument.
         new KeyPair("wrong", { keyPairname: "x" });
         // @ts-expect-error There is no such value.
         new KeyPair("wrong", { onExisting: "overwrite" });`,
    );
    const tsc = resolve(__dirname, "../../node_modules/typescript/bin/tsc");
    for (const modules of [
      { module: "commonjs", moduleResolution: "node" },
      { module: "node16", moduleResolution: "node16" },
    ]) {
      const compilerOptions = { strict: true, noEmit: true, types: [], ...modules };
      project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
      const { stdout } = await run(process.execPath, [tsc, "-p", project.folder]).catch((error) => error);
      expect(stdout, modules.module).toBe("");
    }
  });
});
