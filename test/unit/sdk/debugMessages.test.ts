import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { rsaKey, tracesOf } from "../core/support/keys";

test("the SDK's debug messages, which `up --json` passes on, hold no private key", async () => {
  const said: string[] = [];
  vi.spyOn(pulumi.log, "debug").mockImplementation(async (message) => void said.push(message));
  await import("../../../sdk/index.js");
  const { privateKey } = rsaKey("in a reply");
  const reply = JSON.stringify({ urn: "urn:web", privateKey });
  await pulumi.log.debug(`RegisterResource RPC finished: resource:web; err: null, resp: ${reply}`);
  expect(said).toHaveLength(1);
  for (const trace of tracesOf(privateKey)) expect(said[0]).not.toContain(trace);
  expect(said[0]).toContain("urn:web");
});
