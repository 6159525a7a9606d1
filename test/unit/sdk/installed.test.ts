import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getKeyPair } from "../../../sdk";
import { testFolder } from "../core/support/context";

beforeEach(() => void vi.spyOn(pulumi.runtime, "getMonitor").mockReturnValue(undefined));
afterEach(() => vi.restoreAllMocks());

function programIn(folder: string): void {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
}

function packageIn(folder: string): void {
  const installed = join(folder, "node_modules/pulumi-keypair");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "provider.js"), "");
  writeFileSync(join(installed, "package.json"), '{ "exports": { "./provider": "./provider.js" } }');
}

/** The check as a new process has it: what was found is remembered. */
function load() {
  vi.resetModules();
  return import("../../../sdk/installed.js");
}

test("a program whose folder does not lead to the package is told what to do, before the engine is asked", async () => {
  const { requireInstalledProvider } = await load();
  const folder = testFolder();
  // A component library has its own copy.
  packageIn(join(folder, "node_modules/library"));
  programIn(folder);
  let error: unknown;
  try {
    requireInstalledProvider();
  } catch (thrown) {
    error = thrown;
  }
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(
    `the package pulumi-keypair is not installed in ${folder} or a folder above it, where Pulumi's engine looks for its provider: add it to the dependencies of this Pulumi project`,
  );
});

test("a program whose folder, or one above, has it goes on", async () => {
  const { requireInstalledProvider } = await load();
  const folder = testFolder();
  packageIn(folder);
  programIn(join(folder, "src"));
  expect(requireInstalledProvider).not.toThrow();
});

test("a program's own tests need no provider", async () => {
  const { requireInstalledProvider } = await load();
  vi.restoreAllMocks();
  programIn(testFolder());
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "x", state: {} }), call: () => ({}) });
  expect(requireInstalledProvider).not.toThrow();
});

test("a look-up with a provider of its own is refused", async () => {
  class Provider extends pulumi.ProviderResource {}
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "x", state: {} }), call: () => ({}) });
  const provider = new Provider("keypair", "mine");
  await expect(getKeyPair({ keyPairName: "web" }, { provider })).rejects.toThrow(
    /^a look-up with the option provider needs the plugin/,
  );
});
