import { expect, test } from "vitest";
import { rules } from "../../../../provider/backends/local/rules";

test("a store that nobody names is the default one", () => {
  expect(rules.account("x.sqlite")).toBe("x.sqlite");
  expect(rules.account(undefined)).toBe(".keypair/local.sqlite");
});
