import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { KeyPair, KeyPairAttachment, KeyPairSet, Provider } from "../../../sdk/plugin";

/** What the engine gets of the resource. The engine is a mock here. */
let inputs: object;

beforeEach(async () => {
  await pulumi.runtime.setMocks({
    newResource({ name, inputs: given }) {
      inputs = given;
      return { id: `${name}-id`, state: given };
    },
    call: () => ({}),
  });
});

const urnOf = ({ urn }: pulumi.Resource) => (urn as unknown as { promise(): Promise<string> }).promise();

describe("a function in the place of a value, which Pulumi would not send, is refused", () => {
  // A program in JavaScript may do this.
  const key = (() => "ssh-ed25519 AAAA") as unknown as string;
  const refusal = (property: string) =>
    `key pair resource 'web': ${property}: must not be a function. Call it, and give what it returns.`;

  test.each([
    ["publicKeyBody", () => new KeyPair("web", { publicKeyBody: key })],
    ["tags", () => new KeyPair("web", { tags: { a: "b", c: key } })],
    ["publicKeys", () => new KeyPairSet("web", { publicKeys: { anna: key, bert: "ssh-ed25519 AAAA" } })],
    ["instanceIds", () => new KeyPairAttachment("web", { keyPairName: "web", instanceIds: [key] })],
    ["region", () => new Provider("web", { region: key })],
  ])("%s", (property, program) => {
    expect(program).toThrow(refusal(property));
  });

  // The plugin refuses a key without a value.
  test.each([
    [{ publicKeyBody: null }, () => new KeyPair("web", { publicKeyBody: pulumi.output(key) })],
    [{ publicKeys: null }, () => new KeyPairSet("web", { publicKeys: pulumi.output(key as never) })],
    [
      { publicKeys: { anna: null } },
      () => new KeyPairSet("web", { publicKeys: { anna: Promise.resolve(key) } }),
    ],
  ])("and what turns out to be one is sent as no value (%o)", async (sent, program) => {
    await urnOf(program());
    expect(inputs).toEqual(sent);
  });
});
