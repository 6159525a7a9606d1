import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { engineProject } from "./support/project";

const run = promisify(execFile);
const OURS = /pulumi-keypair\/|\/package-[^/]+\/dist\//;

it("loading the package in a program loads the SDK alone: no provider, no sshpk, no cloud library", async () => {
  const project = await engineProject({ program: "", install: "tarball" });
  onTestFinished(() => project.close());
  const script = project.write(
    "load.cjs",
    `const before = require("@pulumi/pulumi") && new Set(Object.keys(require.cache));
       require("pulumi-keypair");
       console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));`,
  );
  const loaded: string[] = JSON.parse((await run(process.execPath, [script])).stdout);
  const ours = loaded.filter((file) => OURS.test(file));
  expect(loaded.filter((file) => !ours.includes(file))).toEqual([]);
  expect(ours.map((file) => file.replace(/^.*\/dist\//, "")).sort()).toEqual([
    "provider/core/redact.js",
    "provider/core/settingNames.js",
    "provider/core/suggestion.js",
    "provider/fronts/dynamic/stub.js",
    "sdk/configuration.js",
    "sdk/debugMessages.js",
    "sdk/index.js",
    "sdk/inputs.js",
    "sdk/installed.js",
    "sdk/keyPair.js",
    "sdk/keyPairAttachment.js",
    "sdk/keyPairAttachmentProperties.js",
    "sdk/keyPairProperties.js",
    "sdk/keyPairSet.js",
    "sdk/keyPairSetProperties.js",
    "sdk/keys.js",
    "sdk/lookup.js",
    "sdk/mocks.js",
    "sdk/options.js",
    "sdk/problems.js",
    "sdk/resource.js",
    "sdk/whenMade.js",
  ]);
});
