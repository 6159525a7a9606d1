import { describe, expect, it } from "vitest";
import { parseUrn } from "../../../../provider/fronts/shared/urn";

describe("a URN", () => {
  it.each([
    ["keypair:index:KeyPair::deploy", "keypair:index:KeyPair", "deploy"],
    ["my:Component$other:mod:Group$keypair:index:KeyPair::deploy", "keypair:index:KeyPair", "deploy"],
    ["keypair:index:KeyPair::team::ops::deploy", "keypair:index:KeyPair", "team::ops::deploy"],
    ["keypair:index:KeyPair::a$b", "keypair:index:KeyPair", "a$b"],
    ["keypair:index:KeyPair::two\nlines", "keypair:index:KeyPair", "two\nlines"],
    ["keypair:index:KeyPair::", "keypair:index:KeyPair", ""],
  ])("…::%s", (end, type, name) => {
    expect(parseUrn(`urn:pulumi:stack::project::${end}`)).toEqual({ type, name });
  });

  it("that is none is refused", () => {
    expect(() => parseUrn("urn:pulumi:stack::project::type")).toThrow(
      '"urn:pulumi:stack::project::type" is not the URN of a resource.',
    );
  });
});
