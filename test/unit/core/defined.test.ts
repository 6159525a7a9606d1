import { expect, expectTypeOf, test } from "vitest";
import { type Defined, defined } from "../../../provider/core/defined";

test("what is undefined is left out, and nothing else", () => {
  const given: { a: string; b: string | undefined; c?: number | undefined } = { a: "", b: undefined, c: 0 };
  expect(defined(given)).toStrictEqual({ a: "", c: 0 });
  expectTypeOf<Defined<typeof given>>().toExtend<{ a: string; b?: string; c?: number }>();
});
