import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { rsaKey, tracesOf } from "../core/support/keys";

const { privateKey } = rsaKey("in a reply");
const holdsKey = (message: unknown) => tracesOf(privateKey).some((trace) => String(message).includes(trace));

afterEach(() => vi.restoreAllMocks());

/** A copy of the module of its own, as a program has it that loads the package twice. */
async function keepPrivateKeysOut(log: object | undefined): Promise<void> {
  vi.resetModules();
  const copy = await import("../../../sdk/debugMessages.js");
  copy.keepPrivateKeysOut(log);
}

test("Pulumi's SDK itself still writes secrets in clear text: once it does not, sdk/debugMessages.ts can go", async () => {
  const debug = vi.spyOn(pulumi.log, "debug").mockResolvedValue();
  const newResource = () => ({ id: "web", state: { privateKey } });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) });
  class Secretive extends pulumi.CustomResource {}
  const outputs = { additionalSecretOutputs: ["privateKey"] };
  const { urn } = new Secretive("test:index:Secretive", "web", { privateKey: undefined }, outputs);
  await new Promise((resolve) => urn.apply(resolve));
  const leaked = debug.mock.calls.map(([message]) => message).filter(holdsKey);
  expect(leaked).toEqual([expect.stringContaining("RegisterResource RPC finished")]);
});

test("with the package they hold no private key, and `up --json` passes none on", async () => {
  const said: string[] = [];
  vi.spyOn(pulumi.log, "debug").mockImplementation(async (message) => void said.push(message));
  vi.resetModules();
  await import("../../../sdk/index.js");
  const reply = JSON.stringify({ urn: "urn:web", privateKey });
  await (await import("@pulumi/pulumi")).log.debug(`RegisterResource RPC finished: resp: ${reply}`);
  expect(said).toEqual([expect.stringContaining("urn:web")]);
  expect(said.filter(holdsKey)).toEqual([]);
});

describe("the wrapper", () => {
  test("changes nothing but the text: the same object, arguments and answer", async () => {
    const seen: unknown[] = [];
    const log = {
      name: "mine",
      debug(this: unknown, ...args: unknown[]) {
        seen.push(this, ...args);
        return "answer";
      },
    };
    const before = log.debug;
    await keepPrivateKeysOut(log);
    expect(log.debug).not.toBe(before);
    const resource = { urn: "urn:web" };
    expect(log.debug("text", resource, 7, true)).toBe("answer");
    expect(seen).toEqual([log, "text", resource, 7, true]);
    expect([log.debug.name, log.debug.length]).toEqual([before.name, before.length]);
    expect(log.debug()).toBe("answer");
    expect(seen).toHaveLength(6);
  });

  test("lets through what the function throws", async () => {
    const log = {
      debug() {
        throw new Error("no engine");
      },
    };
    await keepPrivateKeysOut(log);
    expect(() => log.debug()).toThrow("no engine");
  });

  test("is put on once, however many copies of the package are loaded", async () => {
    const log = { debug: () => {} };
    await keepPrivateKeysOut(log);
    const once = log.debug;
    await keepPrivateKeysOut(log);
    expect(log.debug).toBe(once);
  });

  test.each([
    ["frozen", Object.freeze({ debug: () => {} })],
    ["read-only", Object.defineProperty({}, "debug", { value: () => {} })],
    ["without a debug", {}],
    ["with another debug", { debug: true }],
    ["missing", undefined],
  ])("leaves a log that is %s, and throws nothing", async (_, log) => {
    const before = log && Object.getOwnPropertyDescriptors(log);
    await keepPrivateKeysOut(log);
    expect(log && Object.getOwnPropertyDescriptors(log)).toEqual(before);
  });
});
