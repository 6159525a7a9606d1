import { expect, test } from "vitest";
import { stsEndpoint } from "../../../../provider/backends/alibaba/owner";

test.each([
  ["https://ecs.cn-hangzhou.aliyuncs.com", "https://sts.cn-hangzhou.aliyuncs.com/"],
  ["https://ecs-vpc.cn-hangzhou.aliyuncs.com", "https://sts-vpc.cn-hangzhou.aliyuncs.com/"],
  ["http://ecs.aliyuncs.com", "https://sts.cn-hangzhou.aliyuncs.com/"],
  // The endpoint of somebody else: what the credentials signed goes nowhere else.
  ["http://127.0.0.1:18090", "http://127.0.0.1:18090/"],
  ["https://ecs.aliyuncs.com.example", "https://ecs.aliyuncs.com.example/"],
])("beside %s, STS is at %s", (ecs, sts) => {
  expect(stsEndpoint(new URL(ecs), "cn-hangzhou").href).toBe(sts);
});
