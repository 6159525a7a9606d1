import { describe, expect, it, test } from "vitest";
import {
  checkEcsName,
  checkEcsPublicKey,
  checkEcsResourceGroup,
  ecsRules,
  findTagProblems,
  isSystemTag,
} from "../../../provider/backends/ecsRules";
import type { KeyFacts } from "../../../provider/core/backend";

const HINT =
  "A name has 2 to 128 characters, starts with a letter (of any script), and goes on with letters, digits, `:`, `_`, `.` or `-`.";

describe("names of ECS", () => {
  test.for(["ab", "Deploy-2026_v1.2:x", "键对", "Ключ٣", "𝒦1", "a".repeat(128), "𝒦".repeat(128)])(
    "can be used: %s",
    (name) => {
      expect(checkEcsName(name)).toBeUndefined();
    },
  );

  test.for([
    ["", "it has 0 characters"],
    ["a", "it has 1 character"],
    ["a".repeat(129), "it has 129 characters"],
    ["1a", "it does not start with a letter"],
    ["-a", "it does not start with a letter"],
    ["http://a", "it starts with `http://` or `https://`"],
    ["HTTPS://a", "it starts with `http://` or `https://`"],
    ["a b", 'it contains " "'],
    ["ab*", 'it contains "*"'],
    ["a/b", 'it contains "/"'],
    ["ab\n", 'it contains "\\n"'],
    ["ab\u0000", 'it contains "\\u0000"'],
    ["ab\ud800", 'it contains "\\ud800"'],
    ["key🔑", 'it contains "🔑"'],
  ])("cannot be used: %j", ([name, reason]) => {
    expect(checkEcsName(name ?? "")).toBe(`${reason}. ${HINT}`);
  });
});

describe("tags of ECS", () => {
  const problems = (tags: Parameters<typeof findTagProblems>[0]) =>
    findTagProblems(tags).map(({ fault, key, reason }) => `${fault} ${key}: ${reason}`);

  it("can be used at their limits", () => {
    const tags = Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`tag${n}`, ""]));
    expect(problems({ ...tags, ["键".repeat(128)]: "x".repeat(128) })).toEqual([]);
  });

  test.for([
    [{ "": "x" }, "key : a tag's key is empty"],
    [
      { "acs:x": "" },
      "key acs:x: a tag's key cannot start with `acs:` or `aliyun`, which are kept for the system",
    ],
    [
      { aliyunX: "" },
      "key aliyunX: a tag's key cannot start with `acs:` or `aliyun`, which are kept for the system",
    ],
    [{ "see http://x": "" }, "key see http://x: a tag's key cannot contain `http://` or `https://`"],
    [{ a: "see https://x" }, "value a: a tag's value cannot contain `http://` or `https://`"],
    [{ ["k".repeat(129)]: "" }, `key ${"k".repeat(129)}: a tag's key has at most 128 characters, not 129`],
    [{ a: "v".repeat(129) }, "value a: a tag's value has at most 128 characters, not 129"],
    [
      { team: "a", Team: "b" },
      'duplicate Team: the key is there twice: "team" and "Team" (ECS takes no notice of case)',
    ],
  ] as const)("cannot be used: %j", ([tags, problem]) => {
    expect(problems(tags)).toEqual([problem]);
  });

  it("cannot be more than 20, or the same key twice in one request", () => {
    const many = Array.from({ length: 21 }, (_, n) => [`tag${n}`, ""] as const);
    expect(problems(many)).toEqual(["count : there are 21 tags, and a key pair has at most 20"]);
    expect(
      problems([
        ["a", "1"],
        ["a", "2"],
      ]),
    ).toEqual(['duplicate a: the key is there twice: "a" and "a" (ECS takes no notice of case)']);
  });

  it("are reported all at once, by key, with every reason", () => {
    const { checkTags } = ecsRules({
      backend: "local",
      connectionKeys: [],
      accountKey: "path",
      account: () => undefined,
      ambientConnection: () => ({}),
      regionOfAccount: () => undefined,
    });
    const reasons = checkTags({ "acs:a": "http://x", b: "http://y", ok: "fine" });
    expect([...reasons]).toEqual([
      [
        "acs:a",
        "a tag's key cannot start with `acs:` or `aliyun`, which are kept for the system; a tag's value cannot contain `http://` or `https://`",
      ],
      ["b", "a tag's value cannot contain `http://` or `https://`"],
    ]);
  });

  it("belong to the system by how they start", () => {
    expect(["acs:ecs:x", "aliyun.x", "x-acs:", "Team"].filter(isSystemTag)).toEqual([
      "acs:ecs:x",
      "aliyun.x",
    ]);
  });
});

describe("resource groups and keys of ECS", () => {
  it("know a group by its id", () => {
    expect(checkEcsResourceGroup("rg-bp67acfmxazb4p")).toBeUndefined();
    expect(checkEcsResourceGroup("production")).toBe(
      '"production" is not the id of a resource group. The id starts with `rg-`; the group\'s name cannot be used here.',
    );
  });

  const key = (algorithm: string, type: KeyFacts["type"]): KeyFacts => ({
    algorithm,
    type,
    bits: 256,
    isCertificate: false,
  });

  it("take the documented types, warn of ed25519, and refuse keys of security devices", () => {
    expect(checkEcsPublicKey(key("ssh-rsa", "rsa"))).toBeUndefined();
    expect(checkEcsPublicKey(key("ssh-dss", "dsa"))).toBeUndefined();
    expect(checkEcsPublicKey(key("ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa"))).toBeUndefined();
    expect(checkEcsPublicKey(key("ssh-ed25519", "ed25519"))).toEqual({
      verdict: "warn",
      reason:
        "ECS does not document ssh-ed25519 keys and may refuse it. Documented are RSA, DSA and ECDSA keys.",
    });
    expect(checkEcsPublicKey(key("sk-ssh-ed25519@openssh.com", "sk-ed25519"))).toEqual({
      verdict: "refuse",
      reason:
        "ECS takes no keys of security devices (sk-ssh-ed25519@openssh.com). Documented are RSA, DSA and ECDSA keys.",
    });
  });
});
