import { describe, expect, test } from "vitest";
import { redact } from "../../../provider/core/redact";
import { readSettings } from "../../../provider/core/settings";

const read = (config: Record<string, string>) => readSettings((name) => config[name], "/project");

describe("the stack's configuration", () => {
  test("of which nothing is set", () => {
    expect(read({})).toEqual({
      connection: {},
      credentials: {},
      timeoutSeconds: 600,
      projectFolder: "/project",
    });
  });

  test("of which everything is set", () => {
    expect(
      read({
        backend: "alibaba",
        region: "cn-hangzhou",
        endpoint: "ecs.test",
        profile: "p",
        cloud: "c",
        path: "s",
        accessKeyId: "an-access-key-id",
        accessKeySecret: "an-access-key-secret",
        securityToken: "a-security-token",
        tagChanges: "update",
        defaultTags: '{"team":"ops"}',
        ignoreTags: '{"keys":["cost"],"keyPrefixes":["acs:"]}',
        timeoutSeconds: "30",
      }),
    ).toEqual({
      connection: {
        backend: "alibaba",
        region: "cn-hangzhou",
        endpoint: "ecs.test",
        profile: "p",
        cloud: "c",
        path: "s",
      },
      credentials: {
        accessKeyId: "an-access-key-id",
        accessKeySecret: "an-access-key-secret",
        securityToken: "a-security-token",
      },
      tagChanges: "update",
      defaultTags: { team: "ops" },
      ignoreTags: { keys: ["cost"], keyPrefixes: ["acs:"] },
      timeoutSeconds: 30,
      projectFolder: "/project",
    });
  });

  test("that cannot be used is reported all at once", () => {
    expect(() => read({ backend: "aws", tagChanges: "x", timeoutSeconds: "soon", region: "" })).toThrow(
      /^keypair:tagChanges must be one of "replace", "update"; keypair:timeoutSeconds must be a whole number; keypair:backend must be one of "alibaba", "local", "openstack"; keypair:region must not be empty\. Set it with `pulumi config set`\.$/,
    );
    expect(() => read({ backend: "lokal" })).toThrow(
      'keypair:backend must be one of "alibaba", "local", "openstack": did you mean local? Set it with',
    );
    expect(() => read({ defaultTags: "team=ops", ignoreTags: '{"keys":"cost"}' })).toThrow(
      "keypair:defaultTags must be an object; keypair:ignoreTags keys: must be a list. " +
        "Set defaultTags with `pulumi config set --path keypair:defaultTags.KEY VALUE`. " +
        "Set ignoreTags with `pulumi config set --path 'keypair:ignoreTags.keys[0]' KEY`, keyPrefixes likewise.",
    );
    expect(() => read({ backend: "aws", region: "", defaultTags: "team=ops" })).toThrow(
      /keypair:defaultTags must be an object; .*\. Set defaultTags with [^.]+\.KEY VALUE`\. Set it with `pulumi config set`\.$/,
    );
    expect(() => read({ timeoutSeconds: "0" })).toThrow("keypair:timeoutSeconds must be >= 1.");
  });

  test("gives an endpoint and credentials to no cloud that it does not name", () => {
    const secret = { accessKeyId: "an-access-key-id", accessKeySecret: "an-access-key-secret" };
    const reason = "needs keypair:backend, so that it is used for that cloud and no other";
    expect(() => read({ endpoint: "ecs.test", ...secret })).toThrow(
      `keypair:endpoint ${reason}; keypair:accessKeyId ${reason}; keypair:accessKeySecret ${reason}. Set it`,
    );
  });

  test("has secrets that are in no message from then on", () => {
    const secret = "the-secret-of-this-very-test";
    read({ backend: "alibaba", accessKeySecret: secret, securityToken: `${secret}-token` });
    expect(redact(`${secret} and ${secret}-token`)).toBe("[secret] and [secret]");
    expect(() => read({ accessKeySecret: secret, backend: secret })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });
});
