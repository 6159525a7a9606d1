import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

/* What the SDK says of the stack's configuration. The provider cannot list it. */

beforeEach(() => vi.resetModules());

async function warningsOf(config: Record<string, string>, project = "shop"): Promise<string[]> {
  const { checkConfigurationKeys } = await import("../../../sdk/configuration.js");
  pulumi.runtime.setAllConfig(config);
  const spy = vi.spyOn(pulumi, "getProject").mockReturnValue(project);
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  checkConfigurationKeys();
  checkConfigurationKeys();
  const messages = warn.mock.calls.map(([message]) => message);
  spy.mockRestore();
  warn.mockRestore();
  return messages;
}

it("warns once of a key that is no setting, and says which was meant", async () => {
  expect(
    await warningsOf({ "keypair:regoin": "cn-hangzhou", "keypair:backend": "alibaba", "shop:regoin": "x" }),
  ).toEqual(["keypair:regoin: there is no such setting. Did you mean keypair:region?"]);
});

it("names the settings where none is near, and never a value", async () => {
  const [message] = await warningsOf({ "keypair:mySecret": "hidden" });
  expect(message).toMatch(
    /^keypair:mySecret: there is no such setting\. The settings are backend, region, .*, timeoutSeconds\.$/,
  );
});

it("leaves the keys of a project that is called keypair alone", async () => {
  expect(await warningsOf({ "keypair:own": "1" }, "keypair")).toEqual([]);
});
