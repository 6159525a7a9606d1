import { describe, expect, test } from "vitest";
import { checkRegion, resolveEndpoint } from "../../../../provider/backends/alibaba/endpoint";
import { rules } from "../../../../provider/backends/alibaba/rules";

describe("the endpoint", () => {
  test.each([
    [undefined, "https://ecs.cn-hangzhou.aliyuncs.com/"],
    ["ecs-vpc", "https://ecs-vpc.cn-hangzhou.aliyuncs.com/"],
    ["ecs.eu-central-1.aliyuncs.com", "https://ecs.eu-central-1.aliyuncs.com/"],
    ["https://ecs.example:8443", "https://ecs.example:8443/"],
    ["https://ecs.example/", "https://ecs.example/"],
    [" HTTP://127.0.0.1:18090 ", "http://127.0.0.1:18090/"],
    ["localhost:18090", "https://localhost:18090/"],
    ["http://[::1]:18090", "http://[::1]:18090/"],
  ])("%s is %s", (given, expected) => {
    expect(resolveEndpoint(given, "cn-hangzhou").href).toBe(expected);
  });

  test.each([
    ["https://ecs.example/base", "it holds a path"],
    ["https://ecs.example/?a=b", "it holds a query"],
    ["ftp://ecs.example", "its scheme is ftp:, not https or http"],
    ["https://user:hunter22@ecs.example", "it holds a user name or a password"],
    ["https://", "it is neither a URL nor a host"],
    ["two words", "it is neither a URL nor a host"],
  ])("%s is refused: %s", (given, reason) => {
    const attempt = () => resolveEndpoint(given, "cn-hangzhou");
    expect(attempt).toThrow(
      `the endpoint cannot be used: ${reason}. Give a URL like "https://ecs.cn-hangzhou.aliyuncs.com", a "host[:port]", or "ecs-vpc".`,
    );
    expect(attempt).not.toThrow("hunter22");
  });
});

describe("the region", () => {
  test("is part of a host name, so it is checked", () => {
    expect(checkRegion("me-central-1")).toBe("me-central-1");
    expect(() => checkRegion("evil.example/")).toThrow('"evil.example/" is not a region of Alibaba Cloud');
    expect(() => checkRegion(undefined)).toThrow(
      "no region is configured for Alibaba Cloud. Run `pulumi config set keypair:region cn-hangzhou`, set ALIBABA_CLOUD_REGION, or give `connection.region`. keypair:region serves the configured backend only: a resource of another backend needs `connection.region` (on the command line `--region`).",
    );
  });

  test("comes from the variables of the other alicloud tools, in their order", () => {
    const [ALICLOUD_REGION, ALIBABA_CLOUD_REGION] = ["cn-beijing", "cn-shanghai"];
    expect(rules.ambientConnection({ ALICLOUD_REGION, ALIBABA_CLOUD_REGION })).toEqual({
      region: "cn-beijing",
    });
    expect(rules.ambientConnection({ ALICLOUD_REGION: "", ALIBABA_CLOUD_REGION })).toEqual({
      region: "cn-shanghai",
    });
    expect(rules.ambientConnection({})).toEqual({});
  });
});
