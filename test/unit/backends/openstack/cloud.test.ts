import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { resolveCloud } from "../../../../provider/backends/openstack/cloud";
import { open } from "../../../../provider/backends/openstack/open";
import { defined } from "../../../../provider/core/defined";

/* How clouds are found is compared with openstacksdk in test/contract/openstackCloudsYaml.test.ts; here is what is ours. */

const SECRET = "a-password-of-tests";
const AUTH = `auth: {auth_url: https://k/v3, username: u, password: ${SECRET}, user_domain_id: d}`;
const folder = mkdtempSync(join(tmpdir(), "keypair-cloud-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function resolve(
  yaml: string | undefined,
  asked: { cloud?: string; region?: string } = {},
  more: NodeJS.ProcessEnv = {},
) {
  const file = join(folder, `clouds-${files++}.yaml`);
  if (yaml !== undefined) writeFileSync(file, yaml);
  const environment = { HOME: folder, XDG_CONFIG_DIRS: folder, OS_CLIENT_CONFIG_FILE: file, ...more };
  return { file, cloud: () => resolveCloud(asked, environment, folder) };
}

describe("a cloud", () => {
  it("has values as they are written: YAML makes no other number of a password", () => {
    const { cloud } = resolve(
      "clouds: {c: {auth: {auth_url: https://k/v3, username: 1e3, password: 0123, user_domain_id: 1_0}}}",
    );
    expect(cloud().auth).toMatchObject({ username: "1e3", password: "0123", user_domain_id: "1_0" });
  });

  it("with one region can be asked for another, so that one program uses several", () => {
    expect(resolve(`clouds: {c: {region_name: R, ${AUTH}}}`, { region: "S" }).cloud().region).toBe("S");
  });

  it("with another region for compute can be asked for one too", () => {
    const { cloud } = resolve(`clouds: {c: {region_name: R, compute_region_name: S, ${AUTH}}}`, {
      region: "T",
    });
    expect(cloud().region).toBe("T");
  });

  it("with a list of regions cannot", () => {
    expect(resolve(`clouds: {c: {regions: [R, S], ${AUTH}}}`, { region: "T" }).cloud).toThrow(
      'the cloud "c" has no region "T". Its regions are R, S; upper and lower case count.',
    );
  });

  it("of Open Telekom Cloud by access key needs no other kind of authentication named", () => {
    const { cloud } = resolve(
      "clouds: {c: {profile: otc, auth: {ak: A, sk: S, security_token: T, project_name: eu-de}}}",
    );
    expect(cloud()).toMatchObject({
      authType: "aksk",
      auth: {
        auth_url: "https://iam.eu-de.otc.t-systems.com/v3",
        access_key: "A",
        secret_key: "S",
        security_token: "T",
      },
      region: "eu-de",
    });
  });

  it("of the Swiss Open Telekom Cloud has an address with https", () => {
    const { cloud } = resolve("clouds: {c: {profile: otc-swiss, auth: {username: u}}}");
    expect(cloud().auth["auth_url"]).toBe("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3");
  });

  it("gets the time-out of one request", () => {
    expect(resolve(`clouds: {c: {api_timeout: 7, ${AUTH}}}`).cloud().timeoutMs).toBe(7000);
    expect(resolve(`clouds: {c: {api_timeout: soon, ${AUTH}}}`).cloud()).not.toHaveProperty("timeoutMs");
  });
});

describe("where a cloud comes from", () => {
  const OS = { OS_AUTH_URL: "https://k/v3", OS_USERNAME: "u", OS_PASSWORD: SECRET, OS_USER_DOMAIN_ID: "d" };

  async function backendOf(yaml: string | undefined, variables: NodeJS.ProcessEnv, accessKeyId?: string) {
    const { file } = resolve(yaml);
    for (const name of Object.keys(process.env)) if (name.startsWith("OS_")) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries({ OS_CLIENT_CONFIG_FILE: file, ...variables }))
      vi.stubEnv(name, value);
    const backend = await open({ backend: "openstack" }, defined({ accessKeyId, accessKeySecret: SECRET }));
    await backend.close();
    return { file, backend };
  }
  afterEach(() => vi.unstubAllEnvs());

  it("is a file", async () => {
    const { file, backend } = await backendOf(`clouds: {c: {${AUTH}}}`, {});
    expect(backend.credentialsFrom).toBe(`the cloud "c" of ${file}`);
  });

  it("is the variables", async () => {
    const { backend } = await backendOf(undefined, OS);
    expect(backend.credentialsFrom).toBe("the OS_* variables");
  });

  it("is the stack's configuration, where that has an access key", async () => {
    const { backend } = await backendOf(`clouds: {c: {${AUTH}}}`, {}, "an-id");
    expect(backend.credentialsFrom).toBe("the stack's configuration (keypair:accessKeyId)");
  });

  it("with plain http is warned of, unless it is on this machine", async () => {
    const { backend: plain } = await backendOf(undefined, { ...OS, OS_AUTH_URL: "http://k:5000/v3" });
    expect(plain).toMatchObject({
      endpoint: "http://k:5000/v3",
      warning: expect.stringMatching(/^k:5000 is called without encryption/),
    });
    const { backend: loopback } = await backendOf(undefined, {
      ...OS,
      OS_AUTH_URL: "http://127.0.0.1:5000/v3",
    });
    expect(loopback.warning).toBeUndefined();
    const compute = { OS_COMPUTE_ENDPOINT_OVERRIDE: "http://nova:8774/v2.1" };
    const { backend: half } = await backendOf(undefined, { ...OS, ...compute });
    expect(half.warning).toMatch(/^nova:8774 is called without encryption/);
  });
});

describe("a cloud that cannot be found", () => {
  it("is told with those that can", () => {
    const { cloud, file } = resolve(`clouds: {one: {${AUTH}}, two: {${AUTH}}}`, { cloud: "three" });
    expect(cloud).toThrow(`there is no cloud "three" in ${file}. Known: one, two. Files are looked for in`);
    expect(resolve(`clouds: {one: {${AUTH}}, two: {${AUTH}}}`).cloud).toThrow(
      "no cloud is chosen. Set `keypair:cloud`, or OS_CLOUD, to a name in clouds.yaml, or set OS_AUTH_URL and the other OS_* variables. Known: one, two.",
    );
    expect(resolve(undefined).cloud).toThrow("no OpenStack cloud is configured. Set `keypair:cloud`");
  });

  it("is told with the files that were passed over, by line and without what is in them", () => {
    const { cloud, file } = resolve(`clouds:\n  c:\n    password: "${SECRET}\n  - x: [`);
    expect(cloud).toThrow(new RegExp(`passed over: ${file} \\(not valid YAML: line \\d+\\)`));
    expect(cloud).not.toThrow(SECRET);
  });

  it("is told when the file is no map of settings", () => {
    expect(resolve(`- ${SECRET}`).cloud).toThrow("is not a map of settings");
    expect(resolve(`- ${SECRET}`).cloud).not.toThrow(SECRET);
  });

  it("is told when its profile is not known, or it wants what is not supported", () => {
    expect(resolve("clouds: {c: {profile: elsewhere}}").cloud).toThrow(
      /the profile "elsewhere" .* is not known.*Known profiles: otc, otc-swiss/,
    );
    expect(resolve(`clouds: {c: {cert: /c.pem, ${AUTH}}}`).cloud).toThrow(
      'cert of the cloud "c" names a client certificate, which is not supported',
    );
  });
});
