import { resolve } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../../../provider/backends/local/rules";

test("a store is the same in whatever words, and without any", () => {
  expect(rules.account("x.sqlite")).toBe(resolve("x.sqlite"));
  expect(rules.account("./sub/../x.sqlite")).toBe(rules.account(resolve("x.sqlite")));
  expect(rules.account(undefined)).toBe(rules.account("./.keypair/local.sqlite"));
});
