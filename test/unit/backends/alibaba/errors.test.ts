import { describe, expect, test } from "vitest";
import type { EcsAction } from "../../../../provider/backends/alibaba/api";
import { MEANINGS } from "../../../../provider/backends/alibaba/errorCodes";
import { failureOf, readReply } from "../../../../provider/backends/alibaba/errors";
import type { HttpReply } from "../../../../provider/transport/http";

const subject = (action: EcsAction = "ImportKeyPair") => ({
  action,
  regionId: "cn-hangzhou",
  host: "ecs.cn-hangzhou.aliyuncs.com",
  keyPairName: "deploy",
});

function reply(status: number, body: object | string, headers: Record<string, string> = {}): HttpReply {
  return { status, headers, text: typeof body === "string" ? body : JSON.stringify(body) };
}

const refusal = (status: number, Code: string, Message = "The words of the cloud.") =>
  failureOf(
    reply(status, { RequestId: "R-1", HostId: "h", Code, Message, Recommend: "https://…" }),
    subject(),
  );

/** Every code of the vendor's pages: its status there, what it is to us, and the text that a user reads. */
const DOCUMENTED: [status: number, cloudCode: string, code: string, text: string][] = [
  [400, "KeyPair.AlreadyExist", "AlreadyExists", "a key pair of that name is there already in cn-hangzhou"],
  [
    403,
    "QuotaExceed.KeyPair",
    "QuotaExceeded",
    "the account has 500 key pairs in cn-hangzhou already, which is the most that Alibaba Cloud allows",
  ],
  [400, "InvalidKeyPairName.Malformed", "Refused", "ECS does not take the name"],
  [400, "InvalidPublicKeyBody.Malformed", "Refused", "ECS does not take the public key"],
  [400, "MissingParameter", "Refused", "ECS misses a parameter of the request"],
  [404, "MissingParameter.ResourceIds", "Refused", "ECS misses a parameter of the request"],
  [
    500,
    "InternalError",
    "OutcomeUnknown",
    "ImportKeyPair: ecs.cn-hangzhou.aliyuncs.com answered HTTP 500; it may or may not have been carried out",
  ],
  [404, "InvalidResourceGroup.NotFound", "Refused", "there is no such resource group in this account"],
  [
    404,
    "InvalidRegionId.NotFound",
    "Configuration",
    'Alibaba Cloud has no region "cn-hangzhou", or it is not open to this account',
  ],
  [400, "Duplicate.TagKey", "Refused", "a tag's key is there twice (ECS takes no notice of case)"],
  [400, "InvalidTagKey.Malformed", "Refused", "ECS does not take a tag's key"],
  [400, "InvalidTagValue.Malformed", "Refused", "ECS does not take a tag's value"],
  [403, "QuotaExceed.Tags", "QuotaExceeded", "the key pair would have more than 20 tags"],
  [400, "InvalidKeyPairNames.ValueNotSupported", "Refused", "ECS does not take the list of names to delete"],
  [400, "InvalidParameter.KeypairAlreadyAttachedInstance", "InUse", "it is still attached to instances"],
  [
    403,
    "InstanceKeyPairLimitExceeded",
    "Refused",
    "an instance has a key pair already, and can have only one",
  ],
  [400, "InvalidKeyPairName.NotFound", "NotFound", "there is no key pair of that name in cn-hangzhou"],
  [400, "InvalidInstanceIds.ValueNotSupported", "Refused", "ECS does not take the instance ids"],
  [
    403,
    "DependencyViolation.WindowsInstance",
    "Refused",
    "an instance runs Windows, which takes no key pair",
  ],
  [
    400,
    "DependencyViolation.IoOptimize",
    "Refused",
    "an instance is not I/O optimized, and takes no key pair",
  ],
  [400, "NumberExceed.ResourceIds", "Refused", "one call takes at most 50 key pairs"],
  [400, "NumberExceed.Tags", "Refused", "one call takes at most 20 tags"],
  [400, "OperationDenied.QuotaExceed", "QuotaExceeded", "the account's quota of tags is used up"],
  [403, "NoPermission.Tag", "PermissionDenied", "the credentials may not call ImportKeyPair"],
  [404, "InvalidResourceId.NotFound", "NotFound", "there is no key pair of that name in cn-hangzhou"],
  [404, "InvalidResourceType.NotFound", "Refused", "ECS does not know key pairs as a type of resource there"],
  [403, "TagKey.Duplication", "Refused", "a tag's key is there twice (ECS takes no notice of case)"],
  [
    503,
    "ServiceUnavailable",
    "OutcomeUnknown",
    "ImportKeyPair: ecs.cn-hangzhou.aliyuncs.com answered HTTP 503; it may or may not have been carried out",
  ],
  [403, "Param.Conflict", "Refused", "the tags to remove contradict each other"],
  [403, "InvalidResourceGroup.Duplicate", "Refused", "it is in that resource group already"],
  [400, "Throttling", "Throttled", "ImportKeyPair was throttled by ECS"],
  [400, "Throttling.User", "Throttled", "ImportKeyPair was throttled by ECS"],
  [400, "Throttling.Api", "Throttled", "ImportKeyPair was throttled by ECS"],
  [400, "Rejected.Throttling", "Throttled", "ImportKeyPair was throttled by ECS"],
  [403, "Forbidden.RAM", "PermissionDenied", "the credentials may not call ImportKeyPair"],
  [
    404,
    "InvalidAccessKeyId.NotFound",
    "Unauthenticated",
    "Alibaba Cloud does not know the access key, or it is not active",
  ],
  [
    400,
    "InvalidSecurityToken.Expired",
    "Unauthenticated",
    "the security token has expired, or does not belong to the access key",
  ],
  [400, "InvalidTimeStamp.Expired", "Unauthenticated", "the time of the request is too far from the cloud's"],
  [
    400,
    "SignatureNonceUsed",
    "OutcomeUnknown",
    "ImportKeyPair: ECS has seen the request before; the first one may or may not have been carried out",
  ],
];

describe("a documented code", () => {
  test.each(DOCUMENTED)("%i %s is %s: %s", (status, cloudCode, code, text) => {
    const error = refusal(status, cloudCode);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ cloudCode, requestId: "R-1", keyPairName: "deploy" });
    expect(error.message.startsWith(`key pair "deploy": ${text} (code ${cloudCode}, request id R-1).`)).toBe(
      true,
    );
    expect(error.message).not.toContain("The words of the cloud");
  });

  test("says what to do next, unless it is tried again or looked up", () => {
    const mute = Object.keys(MEANINGS).filter((code) => {
      const { details, code: ours } = refusal(400, code);
      return details.next === undefined && ours !== "OutcomeUnknown";
    });
    // These can only come of a fault of our own.
    expect(mute).toEqual([
      "NumberExceed.Tags",
      "NumberExceed.ResourceIds",
      "Param.Conflict",
      "InvalidResourceType.NotFound",
      "InvalidResourceGroup.Duplicate",
      "InvalidKeyPairNames.ValueNotSupported",
    ]);
  });

  test.each([
    [
      "Forbidden.RAM",
      "Have the action ecs:ImportKeyPair allowed on acs:ecs:cn-hangzhou:*:keypair/deploy in RAM; docs/alibaba-ecs.md has a policy.",
    ],
    [
      "QuotaExceed.KeyPair",
      "Delete key pairs that nobody needs, or use another region; the quota cannot be raised.",
    ],
    [
      "InvalidPublicKeyBody.Malformed",
      "It documents RSA, DSA and ECDSA keys; use one of those if this is another type, ed25519 for example.",
    ],
    ["InvalidRegionId.NotFound", "Check `keypair:region`, or `connection.region`."],
    ["InvalidResourceGroup.NotFound", "Give the id of the group (`rg-…`), not its name."],
  ])("%s: %s", (cloudCode, next) => {
    expect(refusal(cloudCode === "Forbidden.RAM" ? 403 : 400, cloudCode).details.next).toBe(next);
  });

  test("is at the property that it is about", () => {
    const properties = [
      "InvalidKeyPairName.Malformed",
      "InvalidPublicKeyBody.Malformed",
      "QuotaExceed.Tags",
      "InvalidResourceGroup.NotFound",
    ].map((code) => refusal(400, code).details.property);
    expect(properties).toEqual(["keyPairName", "publicKeyBody", "tags", "resourceGroupId"]);
  });
});

describe("a code that no page documents", () => {
  test("is told in the cloud's own words", () => {
    expect(refusal(400, "Brand.New", "Something is not right.").message).toBe(
      'key pair "deploy": ImportKeyPair was refused by ECS: Something is not right (code Brand.New, request id R-1). https://api.alibabacloud.com/troubleshoot explains the code.',
    );
  });

  test.each([
    ["a URL", "GET https://ecs.example/?AccessKeyId=LTAI&Signature=abc failed"],
    ["what was signed", "server string to sign is:POST&%2F&AccessKeyId%3DLTAI"],
  ])("but not when they hold %s", (_, words) => {
    expect(refusal(400, "Brand.New", words).message).toContain(
      "ImportKeyPair was refused by ECS (code Brand.New",
    );
  });

  test("a 404 never means that the pair is gone", () => {
    expect(refusal(404, "Some.NotFound").code).toBe("Refused");
  });
});

describe("throttling", () => {
  test.each([
    [{ "x-acs-retry-after": "1500" }, 1500],
    [{ "retry-after": "3" }, 3000],
    [{ "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" }, 0],
    [{}, undefined],
  ])("%j asks to wait %s ms", (headers, expected) => {
    const error = failureOf(reply(400, { Code: "Throttling.User" }, headers), subject());
    expect(error.details.retryAfterMs).toBe(expected);
  });

  test("a 429 without a body is throttling too", () => {
    expect(failureOf(reply(429, ""), subject()).code).toBe("Throttled");
  });
});

describe("what is not a reply of ECS", () => {
  test.each([
    [
      404,
      "<html>not here</html>",
      { "content-type": "text/html; charset=utf-8" },
      "a body of the type text/html",
    ],
    [407, "", {}, "an empty body"],
    [302, "moved", {}, "a body"],
  ])("%i: check the endpoint and the proxy", (status, text, headers, kind) => {
    const error = failureOf(reply(status, text, headers), subject());
    expect(error.code).toBe("Configuration");
    expect(error.message).toBe(
      `key pair "deploy": ImportKeyPair: ecs.cn-hangzhou.aliyuncs.com answered HTTP ${status} with ${kind}, which is not a reply of ECS. ` +
        "Check the endpoint, and the proxy between this machine and Alibaba Cloud.",
    );
  });

  test.each([
    [502, "<html>Bad Gateway</html>"],
    [504, ""],
  ])("%i: nobody knows whether it was carried out", (status, text) => {
    expect(failureOf(reply(status, text), subject()).code).toBe("OutcomeUnknown");
  });

  test("a success that cannot be read: it is not known what was done, and the body is not quoted", () => {
    const damaged = reply(200, '{"PrivateKeyBody":"-----BEGIN', { "content-type": "application/json" });
    expect(() => readReply(damaged, subject("CreateKeyPair"))).toThrow(
      expect.objectContaining({
        code: "OutcomeUnknown",
        message:
          'key pair "deploy": CreateKeyPair: ecs.cn-hangzhou.aliyuncs.com answered HTTP 200 with a body of the type application/json that cannot be read.',
      }),
    );
  });
});
