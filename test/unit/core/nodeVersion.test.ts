import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { engines } from "../../../package.json";
import { runCli } from "../../../provider/cli/program";
import { checkNode } from "../../../provider/core/nodeVersion";
import { getKeyPairs } from "../../../provider/fronts/dynamic/lookup";
import { PluginUnderTest } from "../fronts/plugin/client";

const OLD = "20.20.2";
const MESSAGE = `pulumi-keypair needs Node ${engines.node.replace(">=", "")} or later, and this is Node ${OLD}. Install a newer Node.`;

test.each(["20.20.2", "22.9.0", "22.12.9"])("Node %s is too old", (version) => {
  expect(() => checkNode(version)).toThrow(MESSAGE.replace(OLD, version));
});

test.each(["22.13.0", "22.20.1", "24.0.0", "100.0.0"])("Node %s is not", (version) => {
  expect(() => checkNode(version)).not.toThrow();
});

describe("on a Node that is too old, in one sentence and before all else", () => {
  beforeEach(() => {
    const old = Object.create(process, { versions: { value: { ...process.versions, node: OLD } } });
    vi.stubGlobal("process", old);
  });
  afterEach(() => void vi.unstubAllGlobals());

  test("a command fails", async () => {
    const complain = vi.fn();
    const io = { stdin: () => Readable.from([]), print() {}, complain };
    expect(await runCli(["list", "--backend", "local"], io)).toBe(1);
    expect(complain.mock.calls).toEqual([[`pulumi-keypair: ${MESSAGE}\n`]]);
  });

  test("the dynamic provider is not loaded, and no stack is printed", async () => {
    await expect(import("../../../provider/fronts/dynamic/index.js")).rejects.toMatchObject({
      message: MESSAGE,
      stack: "",
    });
  });

  test("a look-up of a program fails", async () => {
    await expect(getKeyPairs({}, () => undefined)).rejects.toThrow(MESSAGE);
  });

  test("the plugin's configuration fails", async () => {
    const plugin = new PluginUnderTest();
    try {
      await expect(plugin.start()).rejects.toMatchObject({ details: MESSAGE });
    } finally {
      await plugin.close();
    }
  });
});
