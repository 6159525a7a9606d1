import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

/* What the SDK says of the stack's configuration. The provider cannot list it. */

beforeEach(() => vi.resetModules());

async function warningsOf(
  config: Record<string, string>,
  project = "shop",
  secretKeys: string[] = [],
): Promise<string[]> {
  const { checkConfiguration } = await import("../../../sdk/configuration.js");
  pulumi.runtime.setAllConfig(config, secretKeys);
  const spy = vi.spyOn(pulumi, "getProject").mockReturnValue(project);
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  checkConfiguration();
  checkConfiguration();
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

it("warns of a secret in clear text, and tells nothing of it", async () => {
  const config = { "keypair:accessKeySecret": "hidden", "keypair:securityToken": "hidden" };
  expect(await warningsOf(config, "shop", ["keypair:securityToken"])).toEqual([
    "keypair:accessKeySecret stands in the stack's configuration in clear text. Encrypt it with " +
      "`pulumi config set --secret keypair:accessKeySecret`, and if others can read the file, have the key replaced.",
  ]);
});
