import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { IDEMPOTENT } from "../../../../provider/backends/alibaba/api";
import { MEANINGS } from "../../../../provider/backends/alibaba/errorCodes";

const docs = readFileSync(join(__dirname, "../../../../docs/alibaba-ecs.md"), "utf8");

test("the docs explain every code that we know", () => {
  expect(Object.keys(MEANINGS).filter((code) => !docs.includes(`\`${code}\``))).toEqual([]);
});

test("the RAM policy is JSON, and allows every operation that is called, and no other", () => {
  const policy: { Statement: { Action: string[] }[] } = JSON.parse(
    /```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? "",
  );
  const allowed = policy.Statement.flatMap(({ Action }) => Action).sort();
  const called = ["CreateKeyPair", "ImportKeyPair", "DeleteKeyPairs", "RebootInstance", ...IDEMPOTENT];
  expect(allowed).toEqual(called.map((action) => `ecs:${action}`).sort());
});
