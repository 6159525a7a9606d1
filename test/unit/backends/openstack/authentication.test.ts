import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { authRequest, identityUrl } from "../../../../provider/backends/openstack/authentication";
import { computeEndpoint, ownEndpoint } from "../../../../provider/backends/openstack/catalogue";
import type { Cloud } from "../../../../provider/backends/openstack/cloud";
import { NovaClient } from "../../../../provider/backends/openstack/novaClient";
import { Session } from "../../../../provider/backends/openstack/session";
import { KeyPairError } from "../../../../provider/core/errors";
import { redact } from "../../../../provider/core/redact";
import type { HttpPool } from "../../../../provider/transport/http";

const AUTH = {
  auth_url: "https://k.example.org:5000/v3",
  username: "alice",
  password: "a-password-of-tests",
  user_domain_name: "D",
};
const cloud = (auth: Record<string, string>, more: Partial<Cloud> = {}): Cloud => ({
  name: "mine",
  file: "/etc/openstack/clouds.yaml",
  authType: "password",
  auth,
  interfaces: ["public"],
  serviceType: "compute",
  verify: true,
  ...more,
});
/** The same cloud, when the `OS_*` variables make it. */
function ofVariables(auth: Record<string, string>, more: Partial<Cloud> = {}): Cloud {
  const { file: _, ...rest } = cloud(auth, { name: "envvars", ...more });
  return rest;
}
const password = {
  methods: ["password"],
  password: { user: { name: "alice", domain: { name: "D" }, password: "a-password-of-tests" } },
};

describe("the request for a token", () => {
  test.for([
    [
      "a project by its name in the user's domain",
      { ...AUTH, project_name: "p" },
      { project: { name: "p", domain: { name: "D" } } },
    ],
    [
      "a project in a domain of its own",
      { ...AUTH, project_name: "p", project_domain_id: "e" },
      { project: { name: "p", domain: { id: "e" } } },
    ],
    ["a project by its id", { ...AUTH, project_id: "p" }, { project: { id: "p" } }],
    ["a domain", { ...AUTH, domain_name: "E" }, { domain: { name: "E" } }],
    ["the system", { ...AUTH, system_scope: "all" }, { system: { all: true } }],
    ["nothing", AUTH, undefined],
  ] as const)("asks for %s", ([, auth, scope]) => {
    expect(authRequest(cloud(auth))).toEqual({ auth: { identity: password, ...(scope ? { scope } : {}) } });
  });

  it("identifies by the user's id, a one-time code, a token or an application credential", () => {
    const identity = (auth: Record<string, string>, authType = "password") =>
      authRequest(cloud({ auth_url: AUTH.auth_url, ...auth }, { authType })).auth.identity;
    expect(identity({ user_id: "u", password: "p" })).toEqual({
      methods: ["password"],
      password: { user: { id: "u", password: "p" } },
    });
    expect(identity({ user_id: "u", password: "p", passcode: "123" })).toMatchObject({
      methods: ["password", "totp"],
      totp: { user: { id: "u", passcode: "123" } },
    });
    expect(identity({ token: "t" }, "v3token")).toEqual({ methods: ["token"], token: { id: "t" } });
    expect(
      identity(
        { application_credential_id: "i", application_credential_secret: "s" },
        "v3applicationcredential",
      ),
    ).toEqual({ methods: ["application_credential"], application_credential: { id: "i", secret: "s" } });
  });

  it("of an application credential has no scope: it has its own", () => {
    const auth = {
      ...AUTH,
      application_credential_id: "i",
      application_credential_secret: "s",
      project_name: "p",
    };
    expect(authRequest(cloud(auth, { authType: "v3applicationcredential" })).auth).not.toHaveProperty(
      "scope",
    );
  });

  test.for([
    [
      "a user without a domain",
      { auth_url: "https://k/v3", username: "u", password: "p" },
      /^user_domain_name of the cloud "mine" is not set, and a user who is named by username of the cloud "mine" needs it\. .*OTC-EU-DE/,
    ],
    [
      "no password",
      { auth_url: "https://k/v3", username: "u", user_domain_id: "d" },
      /^password of the cloud "mine" is not set, and the authentication "password" needs it\. Set it in \/etc\/openstack\/clouds\.yaml or in secure\.yaml\.$/,
    ],
  ] as const)("is refused with %s", ([, auth, message]) => {
    expect(() => authRequest(cloud(auth))).toThrow(message);
  });

  it("is refused for kinds of authentication that are not there", () => {
    expect(() => authRequest(cloud(AUTH, { authType: "v3oidcpassword" }))).toThrow(
      'auth_type of the cloud "mine" is "v3oidcpassword", which is not supported. Supported are password, token',
    );
  });

  test.for([
    [
      { auth_url: "https://k/v3", username: "u", password: "p" },
      "password",
      /^OS_USER_DOMAIN_NAME is not set, and a user who is named by OS_USERNAME needs it\./,
    ],
    [
      { auth_url: "https://k/v3", username: "u" },
      "password",
      /^OS_PASSWORD is not set, and the authentication "password" needs it\. Set it in the environment\.$/,
    ],
    [{}, "v3oidcpassword", /^OS_AUTH_TYPE is "v3oidcpassword", which is not supported\./],
  ] as const)("of a cloud that is made of variables names the variable: %j", ([auth, authType, message]) => {
    expect(() => authRequest(ofVariables(auth, { authType }))).toThrow(message);
  });

  it("keeps its secrets out of every message from then on", () => {
    authRequest(cloud(AUTH));
    expect(redact(`denied: ${AUTH.password}`)).toBe("denied: [secret]");
  });
});

describe("the address of Keystone", () => {
  test.for([
    ["https://k:5000", "https://k:5000/v3"],
    ["https://k:5000/", "https://k:5000/v3"],
    ["https://k:5000/v3", "https://k:5000/v3"],
    ["https://k:5000/v3/", "https://k:5000/v3"],
    ["https://k:5000/v2.0", "https://k:5000/v3"],
    ["https://k/identity", "https://k/identity/v3"],
  ] as const)("%s is %s", ([auth_url, expected]) => {
    expect(identityUrl(cloud({ auth_url }))).toBe(expected);
  });

  test.for([
    [
      {},
      'auth_url of the cloud "mine" is not set. Set it in /etc/openstack/clouds.yaml to the address of Keystone',
      "OS_AUTH_URL is not set. Set it in the environment to the address of Keystone",
    ],
    [{ auth_url: "k:5000/v3" }, 'auth_url of the cloud "mine" is not a URL', "OS_AUTH_URL is not a URL"],
  ] as const)("%j is refused", ([auth, message, messageOfVariables]) => {
    expect(() => identityUrl(cloud(auth))).toThrow(message);
    expect(() => identityUrl(ofVariables(auth))).toThrow(messageOfVariables);
  });
});

describe("the compute endpoint", () => {
  const PROJECT = "0123";
  test.for([
    ["https://ecs.eu-de.otc.t-systems.com", "https://ecs.eu-de.otc.t-systems.com/v2.1/0123"],
    ["https://ecs.eu-de.otc.t-systems.com/v2.1", "https://ecs.eu-de.otc.t-systems.com/v2.1/0123"],
    ["https://ecs.eu-de.otc.t-systems.com/v2.1/9/", "https://ecs.eu-de.otc.t-systems.com/v2.1/9"],
    ["nova.example.org:8774", "https://nova.example.org:8774/v2.1/0123"],
    ["http://nova.example.org:8774/v2.1", "http://nova.example.org:8774/v2.1"],
    ["https://n/compute/v2.1/%(project_id)s", "https://n/compute/v2.1/0123"],
    ["https://n/compute/v2/$(tenant_id)s", "https://n/compute/v2/0123"],
  ] as const)("that is given as %s is %s", ([endpoint, expected]) => {
    expect(ownEndpoint(endpoint, PROJECT)).toBe(expected);
  });

  test.for(["https://user:a-password-of-tests@n/v2.1", "https://", "a b"])(
    "%j is refused, and not told",
    (endpoint) => {
      const refusal = () => ownEndpoint(endpoint, PROJECT);
      expect(refusal).toThrow("the endpoint of the compute service is neither a URL nor a host");
      expect(refusal).not.toThrow("a-password-of-tests");
    },
  );

  const catalog = [
    { type: "identity", endpoints: [{ interface: "public", region_id: "R", url: "https://k" }] },
    {
      type: "compute",
      name: "nova",
      endpoints: [
        { interface: "internal", region_id: "R", url: "https://internal/v2.1" },
        { interface: "public", region: "R", url: "https://public/v2.1/" },
        { interface: "public", region_id: "S", url: "https://s/v2.1/0123" },
      ],
    },
  ];
  test.for([
    [{ region: "R" }, "https://public/v2.1", "R"],
    [{ region: "S" }, "https://s/v2.1/0123", "S"],
    [{}, "https://public/v2.1", "R"],
    [{ region: "R", interfaces: ["admin", "internal"] }, "https://internal/v2.1", "R"],
    [{ region: "R", serviceName: "nova" }, "https://public/v2.1", "R"],
    [{ region: "R", computeEndpoint: "https://own/v2.1" }, "https://own/v2.1", "R"],
  ] as const)("of %j is %s", ([more, url, region]) => {
    const asked = cloud(AUTH, {
      ...more,
      interfaces: "interfaces" in more ? [...more.interfaces] : ["public"],
    });
    expect(computeEndpoint(asked, undefined, catalog, PROJECT)).toEqual({ url, region });
  });

  it("that is not there is told with those that are", () => {
    const find =
      (more: Partial<Cloud>, there: unknown = catalog) =>
      () =>
        computeEndpoint(cloud(AUTH, more), undefined, there, PROJECT);
    expect(find({ region: "T" })).toThrow(
      'the catalogue of the cloud "mine" has no public endpoint of the service compute in region "T". It has one in R (internal), R (public), S (public).',
    );
    expect(find({ serviceName: "other" })).toThrow("Check that the user has a role in a project");
    for (const nothing of [null, [], "x", [{}], [{ type: "compute" }], [null]]) {
      expect(find({}, nothing)).toThrow("has no public endpoint");
    }
  });
});

test("a Keystone that cannot be reached is tried for 30 s, and its error says so once", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const message = "k.example.org:5000 cannot be reached (ECONNREFUSED)";
  const send = () => Promise.reject(new KeyPairError({ code: "Unavailable", message, isUnreachable: true }));
  const nova = new NovaClient(new Session(cloud(AUTH), undefined, {}, { send } as unknown as HttpPool));
  const started = Date.now();
  const operation = { signal: new AbortController().signal, deadline: started + 600_000, progress: () => {} };
  const outcome = nova.list(operation).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  expect(`${await outcome}`).toBe(
    `KeyPairError: could not list the key pairs: ${message}, for 30 s. Check the endpoint, the network and the proxy.`,
  );
  expect(Date.now() - started).toBeLessThanOrEqual(30_000);
});
