import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OpenApiUtil } from "@alicloud/openapi-core";
import { describe, expect, it } from "vitest";
import { type EcsAction, resources } from "../../provider/backends/alibaba/api";
import { startEcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { compile } from "../support/compile";
import { REGION } from "./support/ecsHarness";
import { ACTIONS, EXPIRED, ecsWire, RESTRICTED, TAGS, TEMPORARY } from "./support/ecsWire";
import { operation } from "./support/harness";
import { nodeSdk } from "./support/nodeSdk";

/* The emulator takes nothing that is not signed, and speaks to every client in its own way. */

const { id: accessKeyId, secret: accessKeySecret } = TEST_ACCESS_KEY;
const wire = ecsWire();

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
    const call = wire.client(key).call("DescribeKeyPairs", {}, operation());
    await expect(call).rejects.toMatchObject({ code, details: { cloudCode } });
  });

  it("refuses what was changed on the way, and what was sent before", async () => {
    await wire.client().call("DescribeKeyPairs", { KeyPairName: "a" }, operation());
    const [{ headers, query } = { headers: {}, query: [] }] = wire.requests;
    const again = (name: string) => {
      const changed = query.map(([key, value]): [string, string] => [
        key,
        key === "KeyPairName" ? name : value,
      ]);
      const kept = Object.entries(headers).filter(
        ([header]) => !/^(connection|content-length)$/.test(header),
      );
      const url = `${wire.endpoint}/?${new URLSearchParams(changed)}`;
      return fetch(url, { method: "POST", headers: Object.fromEntries(kept) });
    };
    expect(await (await again("b")).json()).toMatchObject({ Code: "SignatureDoesNotMatch" });
    expect(await (await again("a")).json()).toMatchObject({ Code: "SignatureNonceUsed" });
  });

  it("refuses a clock that is too far off, and the message says so", async () => {
    const ahead = await startEcsEmulator({ clockSkewMs: 20 * 60_000 });
    const call = wire.client(TEST_ACCESS_KEY, ahead).call("DescribeKeyPairs", {}, operation());
    await expect(call).rejects.toThrow(
      "the time of the request is too far from the cloud's: the clock of this machine is 20 minutes behind the cloud's (code InvalidTimeStamp.Expired",
    );
    await ahead.close();
  });

  it("denies what RAM denies, and the message names the action", async () => {
    const call = wire.client(RESTRICTED).call("DeleteKeyPairs", { KeyPairNames: '["a"]' }, operation(), "a");
    await expect(call).rejects.toThrow(
      /^key pair "a": the credentials may not call DeleteKeyPairs \(code Forbidden\.RAM, request id [0-9A-F-]+\)\. Have the action ecs:DeleteKeyPairs allowed on acs:ecs:cn-hangzhou:\*:keypair\/a in RAM; docs\/alibaba-ecs\.md has a policy\. The credentials that were used come from the test\.$/,
    );
  });

  it("takes the older signature of the SDK, HMAC-SHA1 in the query", async () => {
    const sdk = nodeSdk({
      endpoint: wire.endpoint,
      accessKeyId,
      accessKeySecret,
      signatureAlgorithm: "v2",
    });
    for (const action of ACTIONS) {
      expect(await sdk(action, { RegionId: REGION, ...wire.parametersOf(action) }), action).toMatchObject({
        status: 200,
      });
      expect(wire.requests.at(-1)?.parameters.get("SignatureMethod")).toBe("HMAC-SHA1");
    }
    const other = nodeSdk({
      endpoint: wire.endpoint,
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
    const sdk = nodeSdk({ endpoint: wire.endpoint, accessKeyId, accessKeySecret });
    const answers: [EcsAction, object, number, string][] = [
      ["DescribeKeyPairs", { RegionId: "" }, 400, "MissingParameter"],
      ["DescribeKeyPairs", { RegionId: "atlantis" }, 404, "InvalidRegionId.NotFound"],
      [
        "ImportKeyPair",
        { KeyPairName: "1", PublicKeyBody: wire.publicKey },
        400,
        "InvalidKeyPairName.Malformed",
      ],
      [
        "ImportKeyPair",
        { KeyPairName: "ok", PublicKeyBody: "ssh-rsa AAAA" },
        400,
        "InvalidPublicKeyBody.Malformed",
      ],
      ["CreateKeyPair", { KeyPairName: "ok", ResourceGroupId: "ops" }, 404, "InvalidResourceGroup.NotFound"],
      ["TagResources", { ...resources("nobody"), Tag: TAGS }, 404, "InvalidResourceId.NotFound"],
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
      wire.emulator.store.import("us-west-1", { name: `page-${n}`, publicKey: wire.publicKey });
    }
    const sdk = nodeSdk({ endpoint: wire.endpoint, accessKeyId, accessKeySecret });
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

describe("the emulator as a process", () => {
  it("says its endpoint, takes faults, tells its calls, and ends with its standard input", async () => {
    const folder = compile(...globSync("test/emulator/ecs/*.ts"));
    const child = spawn(
      process.execPath,
      [join(folder, "test/emulator/ecs/main.js"), "--options", '{"hasFastKeys":true}'],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    const ended = once(child, "exit");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const said = async () => String((await lines.next()).value);
    try {
      const endpoint = await said();
      child.stdin.write('{"faults":[{"fault":"throttle","times":1,"retryAfterMs":1}]}\n');
      expect(await said()).toBe('"done"');
      const made = await wire
        .client(TEST_ACCESS_KEY, { endpoint })
        .call("CreateKeyPair", { KeyPairName: "apart" }, operation());
      expect(made.requiredText("KeyPairId")).toMatch(/^ssh-/);
      child.stdin.write('{"calls":true}\n');
      const calls = await said();
      expect(JSON.parse(calls)).toMatchObject([
        { action: "CreateKeyPair", names: ["apart"], status: 400, code: "Throttling.User" },
        { action: "CreateKeyPair", names: ["apart"], status: 200 },
      ]);
      expect(calls).not.toContain("PRIVATE KEY");
    } finally {
      child.stdin.end();
    }
    expect(await ended).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  });
});

/** As `pop-core`, and hand-written clients, send it: everything in the query or the body, answers as XML. */
describe("a client of the older style", () => {
  it.each(["GET", "POST"])("gets XML (%s), and its booleans have any case", async (method) => {
    wire.emulator.store.import(REGION, {
      name: `old-${method}`,
      publicKey: wire.publicKey,
      tags: { a: "<b>&" },
    });
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
    expect(xml).toContain(`<PublicKey>${wire.publicKey}</PublicKey>`);
  });

  it("gets JSON when it asks for it, also for errors, and may leave an empty tag value out", async () => {
    const made = await oldStyle("POST", {
      Action: "ImportKeyPair",
      Format: "JSON",
      KeyPairName: "old-1",
      PublicKeyBody: wire.publicKey,
      "Tag.1.Key": "bare",
    });
    expect(await made.json()).toMatchObject({ KeyPairName: "old-1" });
    expect(wire.emulator.store.find(REGION, "old-1")?.tags).toEqual({ bare: "" });
    const refused = await oldStyle("POST", {
      Action: "ImportKeyPair",
      Format: "JSON",
      KeyPairName: "old-1",
      PublicKeyBody: wire.publicKey,
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      Code: "KeyPair.AlreadyExist",
      HostId: "ecs.cn-hangzhou.aliyuncs.com",
    });
  });

  async function oldStyle(method: string, parameters: Record<string, string>): Promise<Response> {
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
      ? fetch(`${wire.endpoint}/?${form}`)
      : fetch(wire.endpoint, { method, body: form });
  }
});
