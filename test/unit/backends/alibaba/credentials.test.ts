import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { credentialSource } from "../../../../provider/backends/alibaba/credentials";
import { profileRegion } from "../../../../provider/backends/alibaba/profile";
import type { Credentials } from "../../../../provider/core/backend";
import { redact } from "../../../../provider/core/redact";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "keypair-home-"));
  for (const name of Object.keys(process.env)) if (/^ALI(CLOUD|BABA)/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", home);
  // Nothing may ask for the metadata of an instance.
  vi.stubEnv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

function writeHome(path: string, content: unknown): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

const profile = (name: string, more: object = {}) => ({
  name,
  mode: "AK",
  access_key_id: `id-of-${name}`,
  access_key_secret: `secret-of-${name}`,
  ...more,
});
const config = (...profiles: object[]) => writeHome(".aliyun/config.json", { current: "default", profiles });

/** The profile `ops` in the older file. */
const writeOlder = () =>
  writeHome(
    ".alibabacloud/credentials",
    "[ops]\ntype = access_key\naccess_key_id = id-of-ops\naccess_key_secret = secret-of-ops\n",
  );

async function resolve(configured: Credentials = {}, connection: { profile?: string } = {}) {
  return credentialSource(connection, configured).key();
}

/** In words, where the credentials come from. */
function from(configured: Credentials = {}, connection: { profile?: string } = {}) {
  return credentialSource(connection, configured).from;
}

/** Everything at once, so that each test takes the strongest away. */
function setAllVariables(): void {
  vi.stubEnv("ALICLOUD_ACCESS_KEY", "id-of-terraform");
  vi.stubEnv("ALICLOUD_SECRET_KEY", "secret-of-terraform");
  vi.stubEnv("ALICLOUD_SECURITY_TOKEN", "token-of-terraform");
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_ID", "id-of-sdk");
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-of-sdk");
  vi.stubEnv("ALIBABACLOUD_ACCESS_KEY_ID", "id-of-old");
  vi.stubEnv("ALIBABACLOUD_ACCESS_KEY_SECRET", "secret-of-old");
}

describe("the order of the places", () => {
  test("the stack's configuration first", async () => {
    setAllVariables();
    config(profile("prod"));
    const configured = { accessKeyId: "id-of-stack", accessKeySecret: "secret-of-stack" };
    expect(await resolve(configured, { profile: "prod" })).toEqual({
      id: "id-of-stack",
      secret: "secret-of-stack",
      provider: "static_ak",
    });
    expect(from(configured)).toBe("the stack's configuration (keypair:accessKeyId)");
  });

  test("then the profile that the connection names, before keys that lie in the environment", async () => {
    setAllVariables();
    config(profile("prod"));
    expect(await resolve({}, { profile: "prod" })).toMatchObject({
      id: "id-of-prod",
      secret: "secret-of-prod",
    });
    expect(from({}, { profile: "prod" })).toBe('the profile "prod" (~/.aliyun/config.json)');
  });

  test("a profile that cannot be had is an error, not a reason to take the keys of the environment", async () => {
    setAllVariables();
    await expect(resolve({}, { profile: "missing" })).rejects.toMatchObject({ code: "Configuration" });
  });

  test("then each set of variables, never mixed", async () => {
    setAllVariables();
    expect(await resolve()).toEqual({
      id: "id-of-terraform",
      secret: "secret-of-terraform",
      securityToken: "token-of-terraform",
      provider: "static_sts",
    });
    expect(from()).toBe("the environment (ALICLOUD_ACCESS_KEY)");
    vi.stubEnv("ALICLOUD_ACCESS_KEY", "");
    expect(from()).toBe("the environment (ALIBABA_CLOUD_ACCESS_KEY_ID)");
    expect(await resolve()).toEqual({ id: "id-of-sdk", secret: "secret-of-sdk", provider: "static_ak" });
    vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_ID", "");
    expect(await resolve()).toMatchObject({ id: "id-of-old", secret: "secret-of-old" });
  });

  test("then the profile of ALICLOUD_PROFILE, of ALIBABA_CLOUD_PROFILE", async () => {
    config(profile("default"), profile("two"), profile("three"));
    vi.stubEnv("ALICLOUD_PROFILE", "two");
    vi.stubEnv("ALIBABA_CLOUD_PROFILE", "three");
    expect(await resolve()).toMatchObject({ id: "id-of-two" });
    expect(from()).toBe('the profile "two" that ALICLOUD_PROFILE names (~/.aliyun/config.json)');
    vi.stubEnv("ALICLOUD_PROFILE", undefined);
    expect(await resolve()).toMatchObject({ id: "id-of-three" });
  });

  test("then the SDK's chain: the current profile, and the older file", async () => {
    writeHome(
      ".alibabacloud/credentials",
      "[default]\ntype = access_key\naccess_key_id = id-of-ini\naccess_key_secret = secret-of-ini\n",
    );
    expect(await resolve()).toMatchObject({ id: "id-of-ini", secret: "secret-of-ini" });
    expect(from()).toBe("the default chain of Alibaba Cloud's tools");
    config(profile("default", { mode: "StsToken", sts_token: "token-of-default" }));
    expect(await resolve()).toMatchObject({ id: "id-of-default", securityToken: "token-of-default" });
  });

  test("a named profile may be in the older file too", async () => {
    config(profile("default"));
    writeOlder();
    expect(await resolve({}, { profile: "ops" })).toMatchObject({ id: "id-of-ops" });
    expect(from({}, { profile: "ops" })).toBe('the profile "ops" (~/.alibabacloud/credentials)');
  });

  test("a profile of config.json that fails, or may be there, is never replaced by one of that name in the older file", async () => {
    writeOlder();
    config(profile("ops", { mode: "Teleport" }));
    await expect(resolve({}, { profile: "ops" })).rejects.toMatchObject({ code: "Configuration" });
    writeHome(".aliyun/config.json", '{"profiles":[{"name":"ops"');
    await expect(resolve({}, { profile: "ops" })).rejects.toMatchObject({ code: "Configuration" });
  });

  test("config.json counts as absent where ALIBABA_CLOUD_CLI_PROFILE_DISABLED says so", async () => {
    config(profile("ops", { access_key_id: "id-of-config.json", region_id: "cn-shenzhen" }));
    writeOlder();
    vi.stubEnv("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "True");
    expect(await resolve({}, { profile: "ops" })).toMatchObject({ id: "id-of-ops" });
    expect(from({}, { profile: "ops" })).toBe('the profile "ops" (~/.alibabacloud/credentials)');
    expect(profileRegion("ops", {})).toBeUndefined();
  });

  test("a config.json that cannot be read may hold the profile, so the older file is not asked", async () => {
    mkdirSync(join(home, ".aliyun/config.json"), { recursive: true });
    writeOlder();
    await expect(resolve({}, { profile: "ops" })).rejects.toThrow("~/.aliyun/config.json cannot be read");
  });
});

test("temporary credentials of the chain are got once for all requests that come together, and again for later ones", async () => {
  let asked = 0;
  const server = createServer((_, reply) => {
    const Expiration = new Date(Date.now() + 10_000).toISOString();
    const AccessKeyId = `id-${++asked}`;
    reply.end(
      JSON.stringify({ Code: "Success", AccessKeyId, AccessKeySecret: "s", SecurityToken: "t", Expiration }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  vi.stubEnv("ALIBABA_CLOUD_CREDENTIALS_URI", `http://127.0.0.1:${port}/`);

  const source = credentialSource({}, {});
  const together = await Promise.all(Array.from({ length: 8 }, () => source.key()));
  expect(new Set(together.map(({ id }) => id))).toEqual(new Set(["id-1"]));
  expect(together[0]).toMatchObject({ securityToken: "t", provider: "default/credential_uri" });
  // They end soon, so they are renewed before the next request.
  expect(await source.key()).toMatchObject({ id: "id-2" });
  server.close();
});

test("a chain that gave nothing once is asked again from its start", async () => {
  const source = credentialSource({}, {});
  await expect(source.key()).rejects.toMatchObject({ code: "Configuration" });
  config(profile("default"));
  expect(await source.key()).toMatchObject({ id: "id-of-default" });
});

describe("secrets", () => {
  test("are known to the redaction as soon as they are read", async () => {
    config(
      profile("default", {
        mode: "StsToken",
        access_key_secret: "hunter2hunter2",
        sts_token: "token2token2",
      }),
    );
    await resolve();
    expect(redact("the texts hunter2hunter2 and token2token2")).toBe("the texts [secret] and [secret]");
  });

  test.each([
    ["truncated JSON", '{"profiles":[{"name":"default","access_key_secret":"hunter2hunter2"'],
    ["no JSON at all", "access_key_secret=hunter2hunter2"],
  ])("a config.json that is %s is not shown", async (_, text) => {
    writeHome(".aliyun/config.json", text);
    for (const connection of [{}, { profile: "default" }]) {
      const error = await resolve({}, connection).catch((caught: unknown) => caught);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2hunter2");
      expect(error).toMatchObject({
        code: "Configuration",
        message: expect.stringContaining("~/.aliyun/config.json is not valid JSON"),
      });
    }
  });
});

describe("what is missing is said", () => {
  test("half a pair", async () => {
    await expect(resolve({ accessKeyId: "id-of-stack" })).rejects.toThrow(
      "keypair:accessKeyId is set, but keypair:accessKeySecret is not. Set both, or neither.",
    );
    vi.stubEnv("ALICLOUD_ACCESS_KEY", "id-of-terraform");
    vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-of-sdk");
    await expect(resolve()).rejects.toThrow("ALICLOUD_ACCESS_KEY is set, but ALICLOUD_SECRET_KEY is not");
  });

  test("a profile of config.json, while ALIBABA_CLOUD_CLI_PROFILE_DISABLED says not to use the file", async () => {
    config(profile("ops"));
    vi.stubEnv("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    await expect(resolve({}, { profile: "ops" })).rejects.toThrow(
      'the profile "ops" gives no credentials for Alibaba Cloud: ALIBABA_CLOUD_CLI_PROFILE_DISABLED keeps ~/.aliyun/config.json from being used. ',
    );
  });

  test("no such profile", async () => {
    config(profile("default"), profile("prod"));
    await expect(resolve({}, { profile: "production" })).rejects.toThrow(
      'the profile "production" gives no credentials for Alibaba Cloud: ~/.aliyun/config.json has no such profile (it has "default", "prod"). ' +
        "Run `aliyun configure --profile <name>`, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
    );
  });

  test("a profile of a mode that does not work", async () => {
    config(profile("default", { mode: "Teleport" }));
    await expect(resolve({}, { profile: "default" })).rejects.toThrow(
      "it is there, with the mode Teleport, but that did not work",
    );
  });

  test("nothing at all", async () => {
    await expect(resolve()).rejects.toThrow(
      "there are no credentials for Alibaba Cloud. Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, run `aliyun configure`, " +
        "or run `pulumi config set --secret keypair:accessKeySecret` (and keypair:accessKeyId).",
    );
  });
});

test("a profile names its region", () => {
  config(profile("default", { region_id: "cn-shenzhen" }), profile("bare"));
  expect(profileRegion("default", {})).toBe("cn-shenzhen");
  expect(profileRegion("bare", {})).toBeUndefined();
  expect(profileRegion("none", {})).toBeUndefined();
});

test("the region of the profile that a variable chooses, and else of the current one, is used", () => {
  config(profile("default", { region_id: "cn-shenzhen" }), profile("prod", { region_id: "eu-central-1" }));
  expect(profileRegion(undefined, { ALIBABA_CLOUD_PROFILE: "prod" })).toBe("eu-central-1");
  expect(profileRegion(undefined, { ALICLOUD_PROFILE: "prod", ALIBABA_CLOUD_PROFILE: "default" })).toBe(
    "eu-central-1",
  );
  expect(profileRegion("default", { ALIBABA_CLOUD_PROFILE: "prod" })).toBe("cn-shenzhen");
  expect(profileRegion(undefined, {})).toBe("cn-shenzhen");
});
