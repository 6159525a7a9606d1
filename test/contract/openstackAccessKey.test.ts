import { afterAll, beforeAll, expect, it } from "vitest";
import { rules } from "../../provider/backends/openstack/rules";
import { isKeyPairError } from "../../provider/core/errors";
import type { FaultProxy } from "../emulator/faultProxy";
import { type GatewayOptions, startOtcGateway } from "../emulator/otcGateway";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack, type User } from "../support/openstack/openstack";
import { keyPairContract, operation } from "./support/keyPairContract";

/*
 * Access keys of Open Telekom Cloud. No OpenStack of our own knows them, so a gateway that checks the signatures stands in
 * front of the real Keystone and Nova. It was not run against the live cloud.
 */

const ACCESS_KEY = "AKFORTESTS0000000000";
const SECRET_KEY = "secret-key-for-tests-only";

let cloud: OpenStack;
let user: User;
let iam: FaultProxy;
let ecs: FaultProxy;
const gateways: FaultProxy[] = [];

describeOpenStack("an access key, in front of a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
    user = await cloud.newUser();
    [iam, ecs] = await startGateways(user);
  }, 600_000);
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
  });

  keyPairContract("signed requests", {
    rules,
    open: () => openAs(variables(), { endpoint: ecs.url }),
    cloudCodes: { AlreadyExists: "conflictingRequest", QuotaExceeded: "forbidden" },
    openWithRoomFor,
    quotaRaces: true,
    capabilities: { madeKey: { type: "rsa", bits: 2048 }, unusualNames: ["a b", "x".repeat(255)] },
  });

  it("finds the project by its name, and the endpoint in the catalogue", async () => {
    const client = await openAs(variables());
    iam.seen.length = 0;
    // The catalogue of the real Keystone names the real Nova, which knows no signatures: its refusal shows what was called.
    const error = await failure(client.listKeyPairs({}, operation()));
    expect(error.code).toBe("Unauthenticated");
    expect(iam.seen.map(({ path, status }) => [path, status])).toEqual([
      ["/v3/projects?name=demo", 200],
      ["/v3/auth/catalog", 200],
    ]);
    await client.close();
  });

  it("belongs to a user, whom Nova names", async () => {
    const client = await openAs(variables(), { endpoint: ecs.url });
    expect(await client.owner(operation())).toEqual({ id: user.id });
    await client.close();
  });

  it("can come from the stack's configuration, and can be temporary", async () => {
    const securityToken = "a-temporary-security-token";
    const [temporaryIam, temporaryEcs] = await startGateways(user, { securityToken });
    const { OS_ACCESS_KEY: _, OS_SECRET_KEY: __, ...rest } = variables();
    const client = await openAs(
      { ...rest, OS_AUTH_URL: temporaryIam.url },
      { endpoint: temporaryEcs.url },
      {
        accessKeyId: ACCESS_KEY,
        accessKeySecret: SECRET_KEY,
        securityToken,
      },
    );
    expect(await client.listKeyPairs({}, operation())).toEqual([]);
    await client.close();
  });

  it("that is wrong is refused at once, and told without its secret", async () => {
    const secret = "another-secret-key-for-tests";
    const client = await openAs({ ...variables(), OS_SECRET_KEY: secret }, { endpoint: ecs.url });
    const error = await failure(client.listKeyPairs({}, operation()));
    expect(error).toMatchObject({ code: "Unauthenticated", details: { cloudCode: "APIGW.0301" } });
    expect(`${error.message}${error.stack}${JSON.stringify(error.details)}`).not.toContain(secret);
    await client.close();
  });

  it("without its secret key is refused before anything is sent", async () => {
    const { OS_SECRET_KEY: _, ...rest } = variables();
    const client = await openAs(rest, { endpoint: ecs.url });
    const error = await failure(client.listKeyPairs({}, operation()));
    expect(error.code).toBe("Configuration");
    expect(error.message).toContain("OS_SECRET_KEY");
    await client.close();
  });
});

function variables() {
  return {
    OS_AUTH_URL: iam.url,
    OS_ACCESS_KEY: ACCESS_KEY,
    OS_SECRET_KEY: SECRET_KEY,
    OS_PROJECT_NAME: "demo",
    OS_REGION_NAME: "RegionOne",
  };
}

async function startGateways(
  owner: User,
  more: Partial<GatewayOptions> = {},
): Promise<[FaultProxy, FaultProxy]> {
  const [own, administrator] = [await owner.token(), await cloud.adminToken()];
  const common = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, ...more };
  const identity = await startOtcGateway(cloud.authUrl, {
    ...common,
    // On Open Telekom Cloud users may look up their projects in this way, on a plain Keystone only administrators.
    tokenFor: ({ path }) => (path.startsWith("/v3/projects") ? administrator : own),
  });
  const compute = await startOtcGateway(cloud.computeUrl, { ...common, tokenFor: () => own });
  gateways.push(identity, compute);
  return [identity, compute];
}

async function openWithRoomFor(count: number) {
  const crowded = await cloud.newUser({ keyPairQuota: count });
  const [identity, compute] = await startGateways(crowded);
  return openAs({ ...variables(), OS_AUTH_URL: identity.url }, { endpoint: compute.url });
}

async function failure(call: Promise<unknown>) {
  const error = await call.then(
    (value) => expect.fail(`expected a failure, not ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isKeyPairError(error)) throw error;
  return error;
}
