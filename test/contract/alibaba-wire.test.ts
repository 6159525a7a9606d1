import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { type EcsAction, type EcsRequests, resource, resources } from "../../provider/backends/alibaba/api";
import { EcsClient } from "../../provider/backends/alibaba/client";
import { HttpPool } from "../../provider/transport/http";
import type { EcsRequest } from "../emulator/ecs/request";
import { type EcsEmulator, startEcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { operation } from "./support/harness";
import { nodeSdk } from "./support/nodeSdk";
import { newLine } from "./support/workbench";

/* What goes over the wire: ours is what the typed official SDK sends, and the emulator takes nothing that is not signed. */

const REGION = "cn-hangzhou";
const { id: accessKeyId, secret: accessKeySecret } = TEST_ACCESS_KEY;
const TEMPORARY = { id: "temporary-id", secret: "temporary-only", securityToken: "token-of-the-emulator" };
const RESTRICTED = { id: "restricted-id", secret: "restricted-only", denied: ["DeleteKeyPairs"] };
const EXPIRED = { id: "expired-id", secret: "expired-only", securityToken: "old-token", isExpired: true };

const http = new HttpPool();
const requests: EcsRequest[] = [];
let emulator: EcsEmulator;
let publicKey: string;

beforeAll(async () => {
  emulator = await startEcsEmulator({
    accessKeys: [TEST_ACCESS_KEY, TEMPORARY, RESTRICTED, EXPIRED],
    onRequest: (request) => requests.push(request),
  });
  publicKey = await newLine();
});
afterEach(() => void requests.splice(0));
afterAll(async () => {
  await http.close();
  await emulator.close();
});

const Tag = [
  { Key: "k 1", Value: "v/é*~!'()" },
  { Key: "键", Value: "" },
];

/** One call of each operation, with every parameter that we use, in an order that works. */
const CALLS: { [Action in EcsAction]: EcsRequests[Action] } = {
  ImportKeyPair: {
    KeyPairName: "wire:1",
    PublicKeyBody: "",
    ResourceGroupId: "rg-acfmxazb4p1",
    Tag,
  },
  CreateKeyPair: { KeyPairName: "wire:2", ResourceGroupId: "rg-acfmxazb4p1", Tag },
  DescribeKeyPairs: {
    KeyPairName: "wire*",
    KeyPairFingerPrint: "00",
    PageNumber: 1,
    PageSize: 50,
    IncludePublicKey: true,
    ResourceGroupId: "rg-acfmxazb4p1",
    Tag,
  },
  AttachKeyPair: { KeyPairName: "wire:1", InstanceIds: '["i-1","i-2"]' },
  DescribeInstances: { KeyPairName: "wire:1", MaxResults: 100, NextToken: "1" },
  DetachKeyPair: { KeyPairName: "wire:1", InstanceIds: '["i-1","i-2"]' },
  TagResources: { ...resources("wire:1", "wire:2"), Tag },
  ListTagResources: resources("wire:1", "wire:2"),
  UntagResources: { ...resources("wire:1"), TagKey: ["k 1", "键"] },
  JoinResourceGroup: { ...resource("wire:1"), ResourceGroupId: "rg-acfmxazb4p2" },
  DeleteKeyPairs: { KeyPairNames: '["wire:1","wire:2"]' },
};

const actions = Object.keys(CALLS).filter((name): name is EcsAction => name in CALLS);

function client(
  key: { id: string; secret: string; securityToken?: string } = TEST_ACCESS_KEY,
  on: EcsEmulator = emulator,
): EcsClient {
  const provider = key.securityToken === undefined ? "static_ak" : "static_sts";
  const credentials = async () => ({ ...key, provider });
  return new EcsClient({ endpoint: new URL(on.endpoint), regionId: REGION, credentials, http });
}

function parametersOf(action: EcsAction): EcsRequests[EcsAction] {
  return action === "ImportKeyPair" ? { ...CALLS[action], PublicKeyBody: publicKey } : CALLS[action];
}

describe("what our client sends is what the typed official SDK sends", () => {
  test.each([
    ["an access key", TEST_ACCESS_KEY],
    ["temporary credentials", TEMPORARY],
  ] as const)("for every operation, parameter for parameter, with %s", async (_, key) => {
    const sent = new Map<EcsAction, { ours?: EcsRequest | undefined; sdk?: EcsRequest | undefined }>();
    const { id, secret, ...token } = key;
    const sdk = nodeSdk({ endpoint: emulator.endpoint, accessKeyId: id, accessKeySecret: secret, ...token });
    for (const action of actions) {
      const reply = await sdk(action, { RegionId: REGION, ...parametersOf(action) });
      expect(reply, action).toMatchObject({ status: 200 });
      sent.set(action, { sdk: requests.at(-1) });
    }
    for (const action of actions) {
      await client(key).call(action, parametersOf(action), operation());
      sent.set(action, { ...sent.get(action), ours: requests.at(-1) });
    }
    for (const [action, { ours, sdk }] of sent) {
      expect(shape(ours), action).toEqual(shape(sdk));
    }
    expect(sent.size).toBe(11);
  });

  /** All that does not change from call to call. */
  function shape(request: EcsRequest | undefined) {
    const headers = request?.headers ?? {};
    return {
      method: request?.method,
      path: request?.path,
      parameters: [...(request?.parameters ?? [])].sort(),
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) =>
          /^(host|accept|x-acs-(action|version|accesskey-id|security-token|credentials-provider))$/.test(
            name,
          ),
        ),
      ),
      algorithm: headers["authorization"]?.split(" ")[0],
      // The public key is in the body of ours, whose type and digest are signed too.
      signed: headers["authorization"]?.match(/SignedHeaders=([^,]*)/)?.[1]?.replace("content-type;", ""),
    };
  }

  it("except that the public key is in the body, not in the URL", async () => {
    await client().call("ImportKeyPair", { KeyPairName: "body-1", PublicKeyBody: publicKey }, operation());
    const [request] = requests;
    expect(request?.form).toEqual([["PublicKeyBody", publicKey]]);
    expect(request?.query.map(([name]) => name).sort()).toEqual(["KeyPairName", "RegionId"]);
  });
});

describe("the emulator", () => {
  it.each([
    [
      "another secret",
      { ...TEST_ACCESS_KEY, secret: "not-the-secret" },
      "Unauthenticated",
      "SignatureDoesNotMatch",
    ],
    [
      "an unknown access key",
      { id: "nobody", secret: "x" },
      "Unauthenticated",
      "InvalidAccessKeyId.NotFound",
    ],
    [
      "a missing token",
      { id: TEMPORARY.id, secret: TEMPORARY.secret },
      "Unauthenticated",
      "InvalidSecurityToken.MismatchWithAccessKey",
    ],
    ["an expired token", EXPIRED, "Unauthenticated", "InvalidSecurityToken.Expired"],
  ] as const)("refuses %s", async (_, key, code, cloudCode) => {
    const call = client(key).call("DescribeKeyPairs", {}, operation());
    await expect(call).rejects.toMatchObject({ code, details: { cloudCode } });
  });

  it("refuses what was changed on the way, and what was sent before", async () => {
    await client().call("DescribeKeyPairs", { KeyPairName: "a" }, operation());
    const [{ headers, query } = { headers: {}, query: [] }] = requests;
    const again = (name: string) => {
      const changed = query.map(([key, value]): [string, string] => [
        key,
        key === "KeyPairName" ? name : value,
      ]);
      const kept = Object.entries(headers).filter(
        ([header]) => !/^(connection|content-length)$/.test(header),
      );
      const url = `${emulator.endpoint}/?${new URLSearchParams(changed)}`;
      return fetch(url, { method: "POST", headers: Object.fromEntries(kept) });
    };
    expect(await (await again("b")).json()).toMatchObject({ Code: "SignatureDoesNotMatch" });
    expect(await (await again("a")).json()).toMatchObject({ Code: "SignatureNonceUsed" });
  });

  it("refuses a clock that is too far off, and the message says so", async () => {
    const ahead = await startEcsEmulator({ clockSkewMs: 20 * 60_000 });
    const call = client(TEST_ACCESS_KEY, ahead).call("DescribeKeyPairs", {}, operation());
    await expect(call).rejects.toThrow("the time of the request is too far from the cloud's");
    await ahead.close();
  });

  it("denies what RAM denies, and the message names the action", async () => {
    const call = client(RESTRICTED).call("DeleteKeyPairs", { KeyPairNames: '["a"]' }, operation(), "a");
    await expect(call).rejects.toThrow(
      /^key pair "a": the credentials may not call DeleteKeyPairs \(code Forbidden\.RAM, request id [0-9A-F-]+\)\. Have the action ecs:DeleteKeyPairs allowed on acs:ecs:cn-hangzhou:\*:keypair\/a in RAM; docs\/alibaba-ecs\.md has a policy\.$/,
    );
  });

  it("takes the older signature of the SDK, HMAC-SHA1 in the query", async () => {
    const sdk = nodeSdk({
      endpoint: emulator.endpoint,
      accessKeyId,
      accessKeySecret,
      signatureAlgorithm: "v2",
    });
    for (const action of actions) {
      expect(await sdk(action, { RegionId: REGION, ...parametersOf(action) }), action).toMatchObject({
        status: 200,
      });
      expect(requests.at(-1)?.parameters.get("SignatureMethod")).toBe("HMAC-SHA1");
    }
    const other = nodeSdk({
      endpoint: emulator.endpoint,
      accessKeyId,
      accessKeySecret: "not-the-secret",
      signatureAlgorithm: "v2",
    });
    expect(await other("DescribeKeyPairs", { RegionId: REGION })).toMatchObject({
      status: 400,
      text: expect.stringContaining("SignatureDoesNotMatch"),
    });
  });

  it("tells the documented statuses", async () => {
    const sdk = nodeSdk({ endpoint: emulator.endpoint, accessKeyId, accessKeySecret });
    const answers: [EcsAction, object, number, string][] = [
      ["DescribeKeyPairs", { RegionId: "" }, 400, "MissingParameter"],
      ["DescribeKeyPairs", { RegionId: "atlantis" }, 404, "InvalidRegionId.NotFound"],
      ["ImportKeyPair", { KeyPairName: "1", PublicKeyBody: publicKey }, 400, "InvalidKeyPairName.Malformed"],
      [
        "ImportKeyPair",
        { KeyPairName: "ok", PublicKeyBody: "ssh-rsa AAAA" },
        400,
        "InvalidPublicKeyBody.Malformed",
      ],
      ["CreateKeyPair", { KeyPairName: "ok", ResourceGroupId: "ops" }, 404, "InvalidResourceGroup.NotFound"],
      ["TagResources", { ...resources("nobody"), Tag }, 404, "InvalidResourceId.NotFound"],
      [
        "AttachKeyPair",
        { KeyPairName: "nobody", InstanceIds: '["i-1"]' },
        400,
        "InvalidKeyPairName.NotFound",
      ],
    ];
    for (const [action, parameters, status, code] of answers) {
      const reply = await sdk(action, { RegionId: REGION, ...parameters });
      expect(reply, code).toMatchObject({ status, text: expect.stringContaining(`"Code":"${code}"`) });
    }
  });

  it("pages: 50 at most, 10 without a size, the total on every page", async () => {
    for (let n = 0; n < 61; n++) {
      emulator.store.import("us-west-1", { name: `page-${n}`, publicKey });
    }
    const sdk = nodeSdk({ endpoint: emulator.endpoint, accessKeyId, accessKeySecret });
    const page = async (parameters: object) =>
      JSON.parse((await sdk("DescribeKeyPairs", { RegionId: "us-west-1", ...parameters })).text);
    expect((await page({})).KeyPairs.KeyPair).toHaveLength(10);
    const second = await page({ PageNumber: 2, PageSize: 50 });
    expect(second).toMatchObject({ TotalCount: 61, PageNumber: 2, PageSize: 50 });
    expect(second.KeyPairs.KeyPair).toHaveLength(11);
    expect(second.KeyPairs.KeyPair[0]).not.toHaveProperty("PublicKey");
    expect(await page({ PageSize: 51 })).toMatchObject({ Code: "InvalidParameter" });
  });
});

/** As `pop-core`, and hand-written clients, send it: everything in the query or the body, answers as XML. */
describe("a client of the older style", () => {
  it.each(["GET", "POST"])("gets XML (%s), and its booleans have any case", async (method) => {
    emulator.store.import(REGION, { name: `old-${method}`, publicKey, tags: { a: "<b>&" } });
    const answer = await oldStyle(method, {
      Action: "DescribeKeyPairs",
      KeyPairName: `old-${method}`,
      IncludePublicKey: "True",
    });
    expect(answer.headers.get("content-type")).toContain("xml");
    const xml = await answer.text();
    expect(xml).toContain("<DescribeKeyPairsResponse><RequestId>");
    expect(xml).toContain(`<KeyPair><KeyPairName>old-${method}</KeyPairName>`);
    expect(xml).toContain("<Tag><TagKey>a</TagKey><TagValue>&#60;b&#62;&#38;</TagValue></Tag>");
    expect(xml).toContain(`<PublicKey>${publicKey}</PublicKey>`);
  });

  it("gets JSON when it asks for it, also for errors, and may leave an empty tag value out", async () => {
    const made = await oldStyle("POST", {
      Action: "ImportKeyPair",
      Format: "JSON",
      KeyPairName: "old-1",
      PublicKeyBody: publicKey,
      "Tag.1.Key": "bare",
    });
    expect(await made.json()).toMatchObject({ KeyPairName: "old-1" });
    expect(emulator.store.find(REGION, "old-1")?.tags).toEqual({ bare: "" });
    const refused = await oldStyle("POST", {
      Action: "ImportKeyPair",
      Format: "JSON",
      KeyPairName: "old-1",
      PublicKeyBody: publicKey,
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      Code: "KeyPair.AlreadyExist",
      HostId: "ecs.cn-hangzhou.aliyuncs.com",
    });
  });

  async function oldStyle(method: string, parameters: Record<string, string>): Promise<Response> {
    const { OpenApiUtil } = await import("@alicloud/openapi-core");
    const signed = {
      ...parameters,
      RegionId: REGION,
      Version: "2014-05-26",
      AccessKeyId: accessKeyId,
      SignatureMethod: "HMAC-SHA1",
      SignatureVersion: "1.0",
      SignatureNonce: OpenApiUtil.getNonce(),
      Timestamp: OpenApiUtil.getTimestamp(),
    };
    const Signature = OpenApiUtil.getRPCSignature(signed, method, accessKeySecret);
    const form = new URLSearchParams({ ...signed, Signature });
    return method === "GET"
      ? fetch(`${emulator.endpoint}/?${form}`)
      : fetch(emulator.endpoint, { method, body: form });
  }
});
