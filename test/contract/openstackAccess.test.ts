import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it, test } from "vitest";
import { resolveCloud } from "../../provider/backends/openstack/cloud";
import { NovaClient } from "../../provider/backends/openstack/novaClient";
import { Session } from "../../provider/backends/openstack/session";
import type { Backend } from "../../provider/core/backend";
import { isKeyPairError, type KeyPairError } from "../../provider/core/errors";
import { readPublicKey, sameKey } from "../../provider/keys";
import { HttpPool } from "../../provider/transport/http";
import { FaultProxy } from "../emulator/faultProxy";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack, type User } from "../support/openstack/openstack";
import { operation } from "./support/keyPairContract";
import { newLine } from "./support/workbench";

let cloud: OpenStack;
let user: User;
let folder: string;
const clients: Backend[] = [];

describeOpenStack("access to a real Keystone and Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack({ shortLivedTokens: true });
    user = await cloud.newUser();
    folder = mkdtempSync(join(tmpdir(), "keypair-openstack-"));
  }, 600_000);
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  describeOpenStack("credentials", () => {
    it("come from clouds.yaml with the password in secure.yaml", async () => {
      const file = write("clouds.yaml", {
        clouds: { mine: { region_name: "RegionOne", auth: authOf(user) } },
      });
      const secure = write("secure.yaml", { clouds: { mine: { auth: { password: user.password } } } });
      const variables = { OS_CLIENT_CONFIG_FILE: file, OS_CLIENT_SECURE_FILE: secure };
      const client = await opened(variables, { cloud: "mine" });
      await roundTrip(client);
      expect(client.location).toBe(
        `openstack RegionOne at ${new URL(cloud.authUrl).host}, user ${user.name}`,
      );
    });

    test.for([
      ["an address without version", (url: string) => url.replace("/v3", "")],
      ["the old version", (url: string) => url.replace("/v3", "/v2.0/")],
      ["a slash at the end", (url: string) => `${url}/`],
    ] as const)("work with %s", async ([, change]) => {
      await roundTrip(await opened(user.variables({ OS_AUTH_URL: change(cloud.authUrl) })));
    });

    it("work by ids", async () => {
      await roundTrip(
        await opened({
          OS_AUTH_URL: cloud.authUrl,
          OS_USER_ID: user.id,
          OS_PASSWORD: user.password,
          OS_PROJECT_ID: user.projectId,
        }),
      );
    });

    it("can be an application credential, by id or by name", async () => {
      const token = await user.token();
      const made = await fetch(`${cloud.authUrl}/users/${user.id}/application_credentials`, {
        method: "POST",
        headers: { "x-auth-token": token, "content-type": "application/json" },
        body: JSON.stringify({ application_credential: { name: "pipeline", roles: [{ name: "member" }] } }),
      });
      const { application_credential: credential } = JSON.parse(await made.text());
      const common = {
        OS_AUTH_URL: cloud.authUrl,
        OS_AUTH_TYPE: "v3applicationcredential",
        OS_APPLICATION_CREDENTIAL_SECRET: credential.secret,
        OS_REGION_NAME: "RegionOne",
      };
      await roundTrip(await opened({ ...common, OS_APPLICATION_CREDENTIAL_ID: credential.id }));
      const byName = { OS_APPLICATION_CREDENTIAL_NAME: "pipeline", OS_USER_ID: user.id };
      await roundTrip(await opened({ ...common, ...byName }));
    });

    it("can be a token", async () => {
      const { OS_PASSWORD: _, OS_USERNAME: __, ...rest } = user.variables();
      await roundTrip(await opened({ ...rest, OS_AUTH_TYPE: "token", OS_TOKEN: await user.token() }));
    });

    it("that are wrong are refused without being told", async () => {
      const password = "not-the-password-of-anybody";
      const error = await failure(await opened(user.variables({ OS_PASSWORD: password })));
      expect(error.code).toBe("Unauthenticated");
      expect(error.message).toMatch(
        /^Keystone refused the credentials of the cloud of the OS_\* variables \(code Unauthorized, request id req-[\w-]+\)\. Check the credentials, and that the user is enabled\. The credentials that were used come from the OS_\* variables\.$/,
      );
      expect(texts(error)).not.toContain(password);
    });

    it("without a domain are refused before anything is sent", async () => {
      const { OS_USER_DOMAIN_NAME: _, OS_PROJECT_DOMAIN_NAME: __, ...rest } = user.variables();
      const error = await failure(await opened(rest));
      expect(error.code).toBe("Configuration");
      expect(error.message).toContain("OS_USER_DOMAIN_NAME is not set");
    });
  });

  describeOpenStack("a token", () => {
    let proxy: FaultProxy;
    beforeAll(async () => {
      proxy = await FaultProxy.start(cloud.computeUrl);
    });
    afterAll(() => proxy?.close());

    it("is asked for once by many calls at the same time, and kept", async () => {
      const keystone = await FaultProxy.start(cloud.authUrl);
      const client = await opened(user.variables({ OS_AUTH_URL: keystone.url }));
      await Promise.all(Array.from({ length: 20 }, () => client.findKeyPair("none", "exact", operation())));
      await client.listKeyPairs({}, operation());
      expect(keystone.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /v3/auth/tokens"]);
      await keystone.close();
    });

    it("that is revoked in the middle is renewed once, also for what changes something", async () => {
      const keystone = await FaultProxy.start(cloud.authUrl);
      const client = await opened(user.variables({ OS_AUTH_URL: keystone.url }), { endpoint: proxy.url });
      const [before, after] = [newName("before"), newName("after")];
      const publicKey = await newLine();
      await client.importKeyPair({ name: before, publicKey }, operation());
      await cloud.revoke(String(proxy.seen.at(-1)?.headers["x-auth-token"]));
      proxy.seen.length = 0;
      const names = [after, `${after}-2`, `${after}-3`];
      await Promise.all(names.map((name) => client.importKeyPair({ name, publicKey }, operation())));
      expect(proxy.seen.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
      expect(proxy.seen.filter(({ status }) => status === 200)).toHaveLength(3);
      expect(keystone.seen).toHaveLength(2);
      await keystone.close();
      for (const name of [before, ...names]) await client.deleteKeyPair(name, operation());
    });

    it("that expires in the middle is renewed", async () => {
      const keystone = await FaultProxy.start(cloud.shortLivedAuthUrl);
      const client = await opened(user.variables({ OS_AUTH_URL: keystone.url }), { endpoint: proxy.url });
      proxy.seen.length = 0;
      proxy.beforeForwarding = async () => {
        proxy.beforeForwarding = async () => {};
        // However slow the machine is, the second token does not expire.
        keystone.forwardTo(cloud.authUrl);
        await sleep((cloud.shortLivedSeconds + 1) * 1000);
      };
      const name = newName("expired");
      await client.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(proxy.seen.map(({ status }) => status)).toEqual([401, 200]);
      expect(keystone.seen).toHaveLength(2);
      await client.deleteKeyPair(name, operation());
      await keystone.close();
    });

    it("that was given and is revoked cannot be renewed: the failure says so, without the token", async () => {
      const token = await user.token();
      const { OS_PASSWORD: _, OS_USERNAME: __, ...rest } = user.variables();
      const client = await opened({ ...rest, OS_AUTH_TYPE: "token", OS_TOKEN: token });
      await client.listKeyPairs({}, operation());
      await cloud.revoke(token);
      const error = await failure(await opened({ ...rest, OS_AUTH_TYPE: "token", OS_TOKEN: token }));
      expect(error.code).toBe("Unauthenticated");
      expect(error.message).toContain("Get a new token");
      expect(texts(error)).not.toContain(token);
    });

    it("that the cloud goes on refusing fails after one renewal", async () => {
      const client = await opened(user.variables(), { endpoint: proxy.url });
      proxy.seen.length = 0;
      proxy.fail(() => ({ when: "before", reply: { status: 401, body: '{"error":{"code":401}}' } }));
      const error = await failure(client);
      proxy.fail();
      expect(error.code).toBe("Unauthenticated");
      expect(proxy.seen).toHaveLength(2);
      expect(new Set(proxy.seen.map(({ headers }) => headers["x-auth-token"])).size).toBe(2);
    });
  });

  describeOpenStack("users", () => {
    it("that may only read see their pairs, and are told which role is missing", async () => {
      const reader = await cloud.newUser({ role: "reader" });
      const client = await opened(reader.variables());
      expect(await client.listKeyPairs({}, operation())).toEqual([]);
      const name = newName("denied");
      const error = await failure(client, async (backend) =>
        backend.importKeyPair({ name, publicKey: await newLine() }, operation()),
      );
      expect(error).toMatchObject({
        code: "PermissionDenied",
        details: { keyPairName: name, cloudCode: "forbidden" },
      });
      expect(error.message).toContain(`Give user ${reader.name} a role in the project`);
    });

    it("have pairs of the same name of their own, and never see or delete another's", async () => {
      const other = await cloud.newUser();
      const [mine, theirs] = [await opened(user.variables()), await opened(other.variables())];
      const name = newName("both");
      const key = await newLine();
      const record = await theirs.importKeyPair({ name, publicKey: key }, operation());
      expect(record.ownerId).toBe(other.id);
      expect(await mine.findKeyPair(name, "exact", operation())).toBeUndefined();
      expect(await mine.findKeyPair(name, "sweep", operation())).toBeUndefined();
      await mine.deleteKeyPair(name, operation());
      expect(await theirs.findKeyPair(name, "exact", operation())).toMatchObject({ ownerId: other.id });
      const own = await mine.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(own.ownerId).toBe(user.id);
      expect((await mine.listKeyPairs({}, operation()))[0]?.ownerId).toBe(user.id);
      await mine.deleteKeyPair(name, operation());
      await theirs.deleteKeyPair(name, operation());
    });

    it("share their pairs between projects, as Nova has it", async () => {
      const name = newName("projects");
      const [demo, other] = [
        await opened(user.variables()),
        await opened(user.variables({ OS_PROJECT_NAME: "other" })),
      ];
      await demo.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(await other.findKeyPair(name, "exact", operation())).toMatchObject({ name, ownerId: user.id });
      await demo.deleteKeyPair(name, operation());
    });
  });

  describeOpenStack("openstacksdk", () => {
    it("sees what we made, and we see what it made, changed and deleted", async () => {
      const client = await opened(user.variables());
      const [ours, theirs] = [newName("ours"), newName("theirs")];
      const publicKey = await newLine();
      const made = await client.importKeyPair({ name: ours, publicKey }, operation());
      const created = await client.createKeyPair({ name: `${ours}-created` }, operation());
      const seen = sdk("list");
      expect(seen).toContainEqual(expect.objectContaining({ name: ours, fingerprint: made.fingerprint }));
      expect(seen).toContainEqual(
        expect.objectContaining({ name: created.name, fingerprint: created.fingerprint }),
      );

      const line = await newLine();
      const their = sdk("create", theirs, line);
      const found = await client.findKeyPair(theirs, "exact", operation());
      expect(found).toMatchObject({ fingerprint: their.fingerprint, ownerId: user.id });
      expect(sameKey(readPublicKey(found?.publicKey ?? ""), readPublicKey(line))).toBe(true);

      sdk("delete", ours);
      sdk("create", ours, line);
      expect((await client.findKeyPair(ours, "exact", operation()))?.fingerprint).toBe(their.fingerprint);
      sdk("delete", theirs);
      expect(await client.findKeyPair(theirs, "exact", operation())).toBeUndefined();
      for (const name of [ours, `${ours}-created`]) await client.deleteKeyPair(name, operation());
    });

    function sdk(...action: string[]) {
      const environment = { PATH: process.env["PATH"], ...user.variables() };
      const script = join(__dirname, "../support/openstack/sdk.py");
      return JSON.parse(
        execFileSync(cloud.python, [script, ...action], { env: environment, encoding: "utf8" }),
      );
    }
  });

  describeOpenStack("microversions", () => {
    it("that make no keys (2.92) are told by their code; import still works, also with wider names", async () => {
      const client = await opened(user.variables({ OS_COMPUTE_DEFAULT_MICROVERSION: "2.92" }));
      const name = newName("local");
      const error = await failure(client, (backend) => backend.createKeyPair({ name }, operation()));
      expect(error).toMatchObject({ code: "Refused", details: { cloudCode: "GenerationUnsupported" } });
      expect(await client.findKeyPair(name, "exact", operation())).toBeUndefined();
      await client.importKeyPair({ name: `${name}@a.b`, publicKey: await newLine() }, operation());
      expect(await client.findKeyPair(`${name}@a.b`, "exact", operation())).toBeDefined();
      await client.deleteKeyPair(`${name}@a.b`, operation());
    });

    test.for(["2.2", "2.10", "2.35", "2.75"])("%s does everything that the default does", async (version) => {
      await roundTrip(await opened(user.variables({ OS_COMPUTE_DEFAULT_MICROVERSION: version })));
    });
  });

  it("lists page by page, where the server has pages", async () => {
    const proxy = await FaultProxy.start(cloud.computeUrl);
    const variables = user.variables({
      OS_COMPUTE_DEFAULT_MICROVERSION: "2.35",
      OS_COMPUTE_ENDPOINT_OVERRIDE: proxy.url,
    });
    const http = new HttpPool();
    const nova = new NovaClient(
      new Session(resolveCloud({}, variables, folder), undefined, {}, http),
      undefined,
      7,
    );
    const publicKey = await newLine();
    const names = Array.from({ length: 20 }, () => newName("page"));
    await Promise.all(names.map((name) => nova.import(name, publicKey, operation())));
    proxy.seen.length = 0;
    const listed = (await nova.list(operation())).map(({ name }) => name);
    expect(listed.filter((name) => names.includes(name)).toSorted()).toEqual(names.toSorted());
    expect(new Set(listed).size).toBe(listed.length);
    expect(proxy.seen.length).toBeGreaterThanOrEqual(3);
    expect(proxy.seen[1]?.path).toMatch(/^\/v2\.1\/os-keypairs\?limit=7&marker=/);
    await Promise.all(names.map((name) => nova.delete(name, operation())));
    await Promise.all([http.close(), proxy.close()]);
  });

  describeOpenStack("the endpoint", () => {
    it("of clouds.yaml goes before the catalogue, and the connection's before both", async () => {
      const proxy = await FaultProxy.start(cloud.computeUrl);
      const variables = user.variables({ OS_COMPUTE_ENDPOINT_OVERRIDE: proxy.url });
      await roundTrip(await opened(variables));
      const seen = proxy.seen.length;
      expect(seen).toBeGreaterThan(0);
      await roundTrip(await opened(variables, { endpoint: cloud.computeUrl }));
      expect(proxy.seen).toHaveLength(seen);
      await proxy.close();
    });

    it("of a host alone gets the API's path and the project", async () => {
      const proxy = await FaultProxy.start(new URL(cloud.computeUrl).origin);
      await roundTrip(await opened(user.variables(), { endpoint: proxy.url }));
      expect(proxy.seen[0]?.path).toMatch(new RegExp(`^/v2\\.1/${user.projectId}/os-keypairs`));
      await proxy.close();
    });

    it("that is not in the catalogue is told with those that are", async () => {
      const error = await failure(await opened(user.variables({ OS_REGION_NAME: "eu-de" })));
      expect(error.code).toBe("Configuration");
      expect(error.message).toBe(
        'the catalogue of the cloud of the OS_* variables has no public endpoint of the service compute in region "eu-de". ' +
          "It has one in RegionOne (admin), RegionOne (internal), RegionOne (public), RegionOtc (admin), RegionOtc (internal), RegionOtc (public). Check the region and the interface.",
      );
    });

    it("with a wrong path is a fault of the configuration, and never a missing key pair", async () => {
      for (const path of ["/v9", "/nothing", "/v2.1/nothing/at/all"]) {
        const endpoint = new URL(cloud.computeUrl).origin + path;
        const client = await opened(user.variables(), { endpoint });
        const error = await failure(client, (backend) => backend.findKeyPair("there", "exact", operation()));
        expect(error.code, path).toBe("Configuration");
      }
    });
  });

  describeOpenStack("TLS", () => {
    let proxy: FaultProxy;
    let cacert: string;

    beforeAll(async () => {
      cacert = join(folder, "ca.pem");
      const key = join(folder, "ca.key");
      const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
      const make = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-keyout",
        key,
        "-out",
        cacert,
      ];
      execFileSync("openssl", [...make, ...subject], { stdio: "ignore" });
      const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cacert, "utf8") };
      proxy = await FaultProxy.start(cloud.authUrl, { tls });
    });
    afterAll(() => proxy?.close());

    it("trusts the authority of `cacert`", async () => {
      await roundTrip(await opened(user.variables({ OS_AUTH_URL: proxy.url, OS_CACERT: cacert })));
    });

    it("trusts anybody with `verify: false`", async () => {
      const file = write("insecure.yaml", {
        clouds: {
          mine: {
            region_name: "RegionOne",
            verify: false,
            auth: { ...authOf(user), auth_url: proxy.url, password: user.password },
          },
        },
      });
      await roundTrip(await opened({ OS_CLIENT_CONFIG_FILE: file }));
      await roundTrip(await opened(user.variables({ OS_AUTH_URL: proxy.url, OS_INSECURE: "true" })));
    });

    it("else refuses at once, and says what to do", async () => {
      const error = await failure(await opened(user.variables({ OS_AUTH_URL: proxy.url })));
      expect(error.code).toBe("Configuration");
      expect(error.message).toMatch(/is not trusted .*`cacert`/);
    });

    it("names a file of certificates that cannot be read", async () => {
      const variables = user.variables({ OS_CACERT: "/nowhere/ca.pem" });
      await expect(openAs(variables)).rejects.toThrow(
        "the certificates in /nowhere/ca.pem (OS_CACERT) cannot be read (ENOENT)",
      );
    });
  });
});

async function opened(variables: Record<string, string>, connection = {}): Promise<Backend> {
  const client = await openAs(variables, connection);
  clients.push(client);
  return client;
}

/** Everything that the life of a pair needs. */
async function roundTrip(client: Backend): Promise<void> {
  const name = newName("round");
  const publicKey = await newLine();
  const { fingerprint } = await client.importKeyPair({ name, publicKey }, operation());
  expect(await client.findKeyPair(name, "exact", operation())).toMatchObject({
    name,
    fingerprint,
    ownerId: user.id,
  });
  expect((await client.listKeyPairs({}, operation())).map((record) => record.name)).toContain(name);
  await client.deleteKeyPair(name, operation());
  expect(await client.findKeyPair(name, "exact", operation())).toBeUndefined();
}

async function failure(
  client: Backend,
  call: (client: Backend) => Promise<unknown> = (backend) => backend.listKeyPairs({}, operation()),
): Promise<KeyPairError> {
  const error = await call(client).then(
    (value) => expect.fail(`expected a failure, not ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isKeyPairError(error)) throw error;
  return error;
}

function texts(error: KeyPairError): string {
  return `${error.message} ${error.stack} ${JSON.stringify(error.details)} ${String(error.cause)}`;
}

function write(name: string, content: object): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function authOf({ name }: User) {
  return {
    auth_url: cloud.authUrl,
    username: name,
    project_name: "demo",
    user_domain_name: "Default",
    project_domain_id: "default",
  };
}

let names = 0;
function newName(label: string): string {
  return `access-${label}-${process.pid}-${names++}`;
}
