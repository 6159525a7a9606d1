import { describe, expect, it, test } from "vitest";
import { rules } from "../../../../provider/backends/openstack/rules";
import type { KeyFacts } from "../../../../provider/core/backend";

const HINT =
  "A name has 1 to 255 letters (a to z, A to Z), digits, spaces, `-` or `_`, with Nova 26 (2022) and later also `@` and `.`, and no space at its start or end.";
const RSA: KeyFacts = { algorithm: "ssh-rsa", type: "rsa", bits: 8192, isCertificate: false };

describe("names of Nova", () => {
  test.for(["a", "0", "_", "-", "a b", "Deploy_2026-x", "deploy@prod.example", "x".repeat(255)])(
    "can be used: %j",
    (name) => {
      expect(rules.checkName(name)).toBeUndefined();
    },
  );

  test.for([
    ["", "it is empty"],
    ["x".repeat(256), "it has 256 characters"],
    ["a/b", 'it contains "/"'],
    ["müller", 'it contains "ü"'],
    ["key🔑", 'it contains "🔑"'],
    ["a\n", 'it contains "\\n"'],
    ["a\tb", 'it contains "\\t"'],
    [" a", "it starts or ends with a space"],
    ["a ", "it starts or ends with a space"],
    [" ", "it starts or ends with a space"],
  ])("cannot be used: %j", ([name = "", reason]) => {
    expect(rules.checkName(name)).toBe(`${reason}. ${HINT}`);
  });
});

describe("what Nova does not have", () => {
  it("is refused with the reason", () => {
    expect([...rules.checkTags({ team: "ops", stage: "dev" })]).toEqual([
      ["", "Open Telekom Cloud and OpenStack key pairs have no tags: remove `tags`"],
    ]);
    expect(rules.checkTags({}).size).toBe(0);
    expect(rules.checkResourceGroup("rg-1")).toBe(
      "Open Telekom Cloud and OpenStack have no resource groups: remove `resourceGroupId`",
    );
  });
});

describe("public keys", () => {
  it("of every type are taken; what nobody can log in with is warned of", () => {
    for (const type of ["rsa", "ecdsa", "ed25519"] as const) {
      expect(rules.checkPublicKey({ ...RSA, type }, "line")).toBeUndefined();
    }
    for (const type of ["sk-ecdsa", "sk-ed25519"] as const) {
      expect(rules.checkPublicKey({ ...RSA, type }, "line")).toEqual({
        verdict: "warn",
        reason: "an older Nova cannot read the key of a security token, and refuses it then",
      });
    }
    expect(rules.checkPublicKey({ ...RSA, isCertificate: true }, "line")).toMatchObject({
      verdict: "warn",
      reason: expect.stringContaining("Import the plain public key instead"),
    });
    expect(rules.checkPublicKey({ ...RSA, type: "dsa" }, "line")).toMatchObject({ verdict: "warn" });
  });

  it("over 1024 bytes are refused where Open Telekom Cloud is certain, and warned of where its regions are named", () => {
    const [longest, tooLong] = ["x".repeat(1024), "x".repeat(1025)];
    const at = (endpoint: string) => rules.checkPublicKey(RSA, tooLong, { endpoint });
    const reason =
      "the public key has 1025 bytes, and Open Telekom Cloud takes at most 1024. Use a smaller key, or a shorter comment";
    for (const endpoint of [
      "https://ecs.eu-de.otc.t-systems.com",
      "https://ecs.eu-nl.otc.t-systems.com/v2.1/%(project_id)s",
      "ecs.eu-ch2.sc.otc.t-systems.com:443",
    ]) {
      expect(at(endpoint)).toEqual({ verdict: "refuse", reason });
    }
    expect(at("https://otc.t-systems.com.example.org")).toBeUndefined();
    expect(rules.checkPublicKey(RSA, tooLong, { region: "eu-de" })).toEqual({ verdict: "warn", reason });
    expect(rules.checkPublicKey(RSA, tooLong, { region: "RegionOne" })).toBeUndefined();
    expect(rules.checkPublicKey(RSA, tooLong)).toBeUndefined();
    expect(rules.checkPublicKey(RSA, longest, { region: "eu-de" })).toBeUndefined();
  });
});

it("the cloud and the region come from the variables of OpenStack's own tools", () => {
  expect(rules.ambientConnection({ OS_CLOUD: "otc", OS_REGION_NAME: "eu-de", OS_PASSWORD: "x" })).toEqual({
    cloud: "otc",
    region: "eu-de",
  });
  expect(rules.ambientConnection({ OS_CLOUD: "" })).toEqual({});
});

it("the region for compute goes first among the variables, and is none of the cloud that OS_CLOUD names", () => {
  const regions = { OS_COMPUTE_REGION_NAME: "eu-nl", OS_REGION_NAME: "eu-de" };
  expect(rules.ambientConnection(regions)).toEqual({ region: "eu-nl" });
  expect(rules.ambientConnection({ ...regions, OS_CLOUD: "otc" })).toEqual({ cloud: "otc", region: "eu-de" });
});
