import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { checkKeyPair } from "../../../../provider/core/keyPair/check";
import type { BackendName, CheckedKeyPairArgs, KeyPairArgs } from "../../../../provider/core/model";
import type { CheckRequest } from "../../../../provider/core/resource/contract";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { UNKNOWN } from "../../../../provider/core/unknown";
import { convertPrivateKey } from "../../../../provider/keys";
import { settingsOf, testFolder } from "../support/context";
import { catalogOf, FakeBackend } from "../support/fakeBackend";
import { ed25519Key, privateKeyTexts, rsaKey, tracesOf } from "../support/keys";

type Request = CheckRequest<KeyPairArgs, CheckedKeyPairArgs>;

const key = rsaKey("imported").publicKey;
const otherKey = ed25519Key("another's").publicKey;

/** `news` is what any program could say, also one that no type checker has seen. */
function check(news: object, more: Partial<Omit<Request, "news">> = {}) {
  return checkKeyPair({
    logicalName: "web",
    olds: {},
    news: news as Request["news"],
    settings: settingsOf({ connection: { backend: "alibaba" }, projectFolder: process.cwd() }),
    catalog: catalogOf(new FakeBackend()),
    run: new RunMemory(),
    ...more,
  });
}

const failuresOf = (...args: Parameters<typeof check>) => check(...args).failures;

describe("the stack's default tags", () => {
  const checked = (tags: unknown, defaultTags: Record<string, string>, backend: BackendName = "alibaba") =>
    check(
      { keyPairName: "web", ...(tags === undefined ? {} : { tags }) },
      { settings: settingsOf({ connection: { backend }, defaultTags }) },
    );

  test("go below the pair's own ones, which may not be known yet", () => {
    expect(checked(undefined, { team: "ops" }).args.tags).toEqual({ team: "ops" });
    expect(checked({ team: "dev", a: "1" }, { team: "ops", b: "2" }).args.tags).toEqual({
      team: "dev",
      a: "1",
      b: "2",
    });
    expect(checked({ a: UNKNOWN }, { team: "ops" }).args.tags).toEqual({ team: "ops", a: UNKNOWN });
    expect(checked(UNKNOWN, { team: "ops" }).args.tags).toBe(UNKNOWN);
  });

  test("are checked with them, and hide no wrong type", () => {
    expect(checked({ a: "1" }, { "acs:x": "1" }).failures).toEqual([
      { property: "tags", reason: expect.stringContaining('"acs:x"') },
    ]);
    expect(checked("a", { team: "ops" }).failures).toEqual([
      { property: "tags", reason: "must be an object." },
    ]);
  });
});

describe("what passes", () => {
  test("nothing at all: a pair with an automatic name", () => {
    const { args, failures, warnings } = check({});
    expect([failures, warnings]).toEqual([[], []]);
    expect(args).toEqual({ keyPairName: expect.stringMatching(/^web-[0-9a-f]{7}$/), __automaticName: true });
  });

  test("everything of an import, as it was given", () => {
    const news: KeyPairArgs = {
      keyPairName: "web",
      publicKeyBody: key,
      tags: { team: "ops" },
      tagChanges: "update",
      resourceGroupId: "rg-1",
      onExisting: "adopt",
      connection: { backend: "alibaba", region: "cn-hangzhou", endpoint: "ecs.test", profile: "p" },
    };
    expect(check(news)).toEqual({ args: news, failures: [], warnings: [] });
  });

  test("everything of a creation, as it was given", () => {
    const news: KeyPairArgs = {
      keyPairName: "web",
      keyGeneration: { source: "local", type: "ecdsa", bits: 384 },
      privateKeyFile: join(testFolder(), "web.pem"),
      savePrivateKey: false,
    };
    expect(check(news)).toEqual({ args: news, failures: [], warnings: [] });
  });
});

describe("each problem, at its argument, word for word", () => {
  const missing = "/no such folder/web.pem";
  test.each<[object, [string, string][]]>([
    [
      { keyPairName: "1web" },
      [
        [
          "keyPairName",
          "it does not start with a letter. A name has 2 to 128 characters, starts with a letter (of any script), and goes on with letters, digits, `:`, `_`, `.` or `-`.",
        ],
      ],
    ],
    [
      { keyPairNamePrefix: "a b" },
      [
        [
          "keyPairNamePrefix",
          '"a b" cannot start an automatic name: it contains " ". A name has 2 to 128 characters, starts with a letter (of any script), and goes on with letters, digits, `:`, `_`, `.` or `-`.',
        ],
      ],
    ],
    [
      { keyPairName: "web", keyPairNamePrefix: "web" },
      [
        [
          "keyPairNamePrefix",
          "cannot be given together with keyPairName: a full name has no automatic part.",
        ],
      ],
    ],
    [
      { publicKeyBody: key, privateKeyFile: "web.pem", keyGeneration: { source: "cloud" } },
      [
        [
          "privateKeyFile",
          "cannot be given together with publicKeyBody: an imported key pair has no private key to write.",
        ],
        ["keyGeneration", "cannot be given together with publicKeyBody: an imported key is not made."],
      ],
    ],
    [
      { publicKeyBody: key, keepers: { a: "1" }, privateKeyPassphrase: "a passphrase" },
      [
        [
          "privateKeyPassphrase",
          "cannot be given together with publicKeyBody: an imported key pair has no private key to write.",
        ],
        ["keepers", "cannot be given together with publicKeyBody: an imported key is not made."],
      ],
    ],
    [
      { rotateAfter: "3 months" },
      [["rotateAfter", "must look like 90d (days), 12w (weeks) or 36h (hours)."]],
    ],
    [
      { privateKeyPassphrase: "two\nlines" },
      [
        ["privateKeyPassphrase", "needs privateKeyFile, which it encrypts."],
        [
          "privateKeyPassphrase",
          "the passphrase holds a line end or a NUL character, which ssh and PuTTY cannot read from a prompt. Remove it. A passphrase that was read from a file often ends with a line end.",
        ],
      ],
    ],
    [
      { savePrivateKey: false },
      [["savePrivateKey", "false needs privateKeyFile: without it the private key would be lost."]],
    ],
    [
      { publicKeyFile: missing },
      [["publicKeyFile", `cannot read ${missing}: there is no such file or folder.`]],
    ],
    [
      { privateKeyFile: missing },
      [
        [
          "privateKeyFile",
          `cannot write ${missing}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.`,
        ],
      ],
    ],
    [
      { tags: { "acs:x": "1", ok: "http://x" } },
      [
        [
          "tags",
          '"acs:x": a tag\'s key cannot start with `acs:` or `aliyun`, which are kept for the system.',
        ],
        ["tags", '"ok": a tag\'s value cannot contain `http://` or `https://`.'],
      ],
    ],
    [
      { tags: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`t${index}`, ""])) },
      [["tags", "there are 21 tags, and a key pair has at most 20."]],
    ],
    [
      { resourceGroupId: "ops" },
      [
        [
          "resourceGroupId",
          '"ops" is not the id of a resource group. The id starts with `rg-`; the group\'s name cannot be used here.',
        ],
      ],
    ],
    [
      { connection: { cloud: "otc" } },
      [
        [
          "connection",
          "cloud means nothing to the alibaba backend, which reads backend, region, endpoint, profile, path.",
        ],
      ],
    ],
    [
      { keyGeneration: { source: "cloud", type: "rsa", bits: 4096 } },
      [
        [
          "keyGeneration",
          'the cloud chooses type and bits itself; give type and bits with source: "local", or leave it out.',
        ],
      ],
    ],
    [
      { keyGeneration: { source: "local", type: "rsa", bits: 1024 } },
      [["keyGeneration", "rsa keys are made with 2048, 3072 or 4096 bits, not 1024."]],
    ],
    [{ keyGeneration: {} }, [["keyGeneration", "source: is missing."]]],
    [{ tagChanges: "sometimes" }, [["tagChanges", 'must be one of "replace", "update".']]],
    [{ onExisting: "steal" }, [["onExisting", 'must be one of "adopt", "fail", "recreate".']]],
    [{ privateKeyFile: "" }, [["privateKeyFile", "must not be empty."]]],
    [{ publicKeyBdy: key }, [["publicKeyBdy", "there is no such argument: did you mean publicKeyBody?"]]],
    [
      { connection: { regoin: "x" } },
      [["connection", "regoin: there is no such argument: did you mean region?"]],
    ],
    [{ publicKeyBody: 5 }, [["publicKeyBody", "must be a string."]]],
    [{ tags: { team: 5 } }, [["tags", "team: must be a string."]]],
    [{ savePrivateKey: "no" }, [["savePrivateKey", "must be true or false."]]],
  ])("%j", (news, failures) => {
    expect(failuresOf(news)).toEqual(failures.map(([property, reason]) => ({ property, reason })));
  });

  test("all of them at once", () => {
    const properties = failuresOf({
      keyPairName: "1",
      publicKeyBody: "no key",
      privateKeyFile: "/no such folder/x",
      tags: { "acs:x": "1" },
      resourceGroupId: "ops",
      tagChanges: 5,
      connection: { cloud: "x" },
      nonsense: true,
    }).map(({ property }) => property);
    expect(properties.sort()).toEqual(
      [
        "connection",
        "keyPairName",
        "nonsense",
        "privateKeyFile",
        "publicKeyBody",
        "resourceGroupId",
        "tagChanges",
        "tags",
      ].sort(),
    );
  });

  test("the resource's name, where an automatic name cannot start with it", () => {
    expect(failuresOf({}, { logicalName: "my key" })).toEqual([
      {
        property: "keyPairName",
        reason:
          '"my key" cannot start an automatic name: it contains " ". A name has 2 to 128 characters, starts with a letter (of any script), and goes on with letters, digits, `:`, `_`, `.` or `-`. Give a keyPairName or a keyPairNamePrefix.',
      },
    ]);
  });

  test("no backend", () => {
    const settings = settingsOf({ connection: {} });
    // No unknown name either: outside of a preview the engine fails on that, in the place of what is wrong.
    expect(check({}, { settings }).args).toEqual({});
    expect(failuresOf({}, { settings })).toEqual([
      {
        property: "connection",
        reason:
          "no backend is configured. Set keypair:backend to alibaba, openstack or local (`pulumi config set keypair:backend alibaba`), or connection.backend for this resource.",
      },
    ]);
  });

  test("a problem of the connection is no problem of the backend as well", () => {
    const settings = settingsOf({ connection: {} });
    expect(failuresOf({ connection: { backend: "local", region: 5 } }, { settings })).toEqual([
      { property: "connection", reason: "region: must be a string." },
    ]);
    expect(failuresOf({ connection: { backend: "aws" } }, { settings })).toEqual([
      { property: "connection", reason: 'backend: must be one of "alibaba", "local", "openstack".' },
    ]);
  });

  test("an import keeps no private key, so that it shall not be kept is fine", () => {
    expect(failuresOf({ publicKeyBody: key, savePrivateKey: false })).toEqual([]);
  });
});

describe("the public key", () => {
  test("becomes one OpenSSH line, of whatever form", () => {
    const { args } = check({ keyPairName: "web", publicKeyBody: `\n  ${key} me@laptop \n` });
    expect(args.publicKeyBody).toBe(`${key} me@laptop`);
  });

  test("that is stored stays as it is stored while it is the same key", () => {
    const olds = { keyPairName: "web", publicKeyBody: `${key} me@laptop` };
    const body = (publicKeyBody: string) => check({ publicKeyBody }, { olds }).args.publicKeyBody;
    expect(body(`${key} another comment`)).toBe(`${key} me@laptop`);
    expect(body(key)).toBe(`${key} me@laptop`);
    expect(body(otherKey)).toBe(otherKey);
  });

  test("of a file is what it holds, and a moved file is no other key", () => {
    const folder = testFolder();
    const { privateKey } = rsaKey("imported");
    const contents = {
      "key.pub": `${key} me@laptop`,
      "key.pem": privateKey,
      "key.ppk": convertPrivateKey(privateKey, "ppk", "me@laptop"),
      id_rsa: convertPrivateKey(privateKey, "openssh", "me@laptop"),
    };
    for (const [name, text] of Object.entries(contents)) {
      const publicKeyFile = join(folder, name);
      writeFileSync(publicKeyFile, text);
      const { args, failures } = check(
        { publicKeyFile },
        { olds: { publicKeyBody: key, publicKeyFile: "x" } },
      );
      expect(failures).toEqual([]);
      expect(args).toMatchObject({ publicKeyFile, publicKeyBody: key });
      expect(JSON.stringify(args)).not.toContain("PRIVATE");
    }
  });

  test("of a file that is none, too large or a folder", () => {
    const folder = testFolder();
    const publicKeyFile = join(folder, "key");
    const reasonOf = () => failuresOf({ publicKeyFile })[0];
    writeFileSync(publicKeyFile, "x".repeat(64 * 1024 + 1));
    expect(reasonOf()).toEqual({
      property: "publicKeyFile",
      reason: `${publicKeyFile} has 65537 bytes, so it is not a key file.`,
    });
    writeFileSync(publicKeyFile, "");
    expect(reasonOf()?.property).toBe("publicKeyFile");
    mkdirSync(join(folder, "folder"));
    expect(failuresOf({ publicKeyFile: join(folder, "folder") })).toEqual([
      { property: "publicKeyFile", reason: `cannot read ${join(folder, "folder")}: it is a folder.` },
    ]);
  });

  test("and a file exclude each other", () => {
    expect(failuresOf({ publicKeyBody: key, publicKeyFile: "key.pub" })).toEqual([
      {
        property: "publicKeyFile",
        reason: "cannot be given together with publicKeyBody: there can be one public key only.",
      },
    ]);
  });

  test("the backend's doubts are warnings", () => {
    expect(check({ publicKeyBody: otherKey })).toMatchObject({
      failures: [],
      warnings: [
        "publicKeyBody: ECS does not document ssh-ed25519 keys and may refuse it. Documented are RSA, DSA and ECDSA keys.",
      ],
    });
  });

  test("options of an authorized_keys line are left out, with a warning", () => {
    const { args, warnings } = check({ publicKeyBody: `no-pty,environment="A=b c" ${key} me` });
    expect(args.publicKeyBody).toBe(`${key} me`);
    expect(warnings).toEqual([
      expect.stringMatching(/^publicKeyBody: the options of the authorized_keys line .*are left out\.$/),
    ]);
  });

  test("that the backend refuses is a failure", () => {
    const catalog = catalogOf(new FakeBackend());
    const rules = catalog.rules("alibaba");
    const refusing = {
      ...catalog,
      rules: () => ({
        ...rules,
        checkPublicKey: () => ({ verdict: "refuse" as const, reason: "no such keys here" }),
      }),
    };
    expect(failuresOf({ publicKeyBody: key }, { catalog: refusing })).toEqual([
      { property: "publicKeyBody", reason: "no such keys here." },
    ]);
  });
});

describe("the automatic name", () => {
  const nameOf = (...args: Parameters<typeof check>) => check(...args).args.keyPairName;
  const olds = { keyPairName: "web-1234567", __automaticName: true };

  test("is kept from run to run", () => {
    expect(check({}, { olds }).args).toEqual(olds);
    expect(nameOf({}, { olds, preview: true })).toBe("web-1234567");
  });

  test("is kept where the resource got another name (an alias), even one that could not start a name", () => {
    expect(check({}, { olds, logicalName: "not a name" })).toMatchObject({ args: olds, failures: [] });
  });

  test("is new for a replacement, and another each time", () => {
    expect(nameOf({})).not.toBe(nameOf({}));
    expect(nameOf({}, { olds: {} })).not.toBe("web-1234567");
  });

  test("is new with another prefix, and with none any more", () => {
    const withPrefix = { ...olds, keyPairNamePrefix: "web" };
    expect(nameOf({ keyPairNamePrefix: "web" }, { olds: withPrefix })).toBe("web-1234567");
    expect(nameOf({ keyPairNamePrefix: "db" }, { olds: withPrefix })).toMatch(/^db-[0-9a-f]{7}$/);
    expect(nameOf({}, { olds: withPrefix })).toMatch(/^web-[0-9a-f]{7}$/);
    expect(nameOf({}, { olds: withPrefix })).not.toBe("web-1234567");
  });

  test("follows a name that was given, and is followed by one", () => {
    expect(nameOf({}, { olds: { keyPairName: "given" } })).toMatch(/^web-[0-9a-f]{7}$/);
    expect(check({ keyPairName: "given" }, { olds }).args).toEqual({ keyPairName: "given" });
  });

  test("is not known in a preview: the one that will be made is another one", () => {
    expect(check({}, { preview: true }).args).toEqual({ keyPairName: UNKNOWN, __automaticName: true });
  });

  test("is cut to what the cloud takes, by whole characters, and its suffix stays", () => {
    const name = String(nameOf({ keyPairNamePrefix: "键".repeat(200) }));
    expect([...name]).toHaveLength(128);
    expect(name).toMatch(/^键+-[0-9a-f]{7}$/);
    const wide = String(nameOf({ keyPairNamePrefix: "𠮷".repeat(200) }));
    expect([...wide]).toHaveLength(128);
    expect(wide.isWellFormed()).toBe(true);
  });
});

describe("pulumi:autonaming", () => {
  const named = (mode: "propose" | "enforce", name: string, news = {}, olds = {}) =>
    check(news, { olds, autonaming: { mode, name } });
  const failuresOf = (...args: Parameters<typeof named>) => named(...args).failures;

  test("names a pair, and a name that was once made is kept", () => {
    const { args, failures } = named("propose", "prod-web-42");
    expect(failures).toEqual([]);
    const notes = { __automaticName: true, __configuredName: true };
    expect(args).toEqual({ keyPairName: "prod-web-42", ...notes });
    expect(named("enforce", "prod-web-43", {}, args).args).toEqual({ keyPairName: "prod-web-42", ...notes });
    expect(named("enforce", "prod-web-43").args.keyPairName).toBe("prod-web-43");
  });

  test("comes after the program's own name, and a proposal after its prefix", () => {
    expect(named("enforce", "prod", { keyPairName: "mine" }).args.keyPairName).toBe("mine");
    expect(named("propose", "prod", { keyPairNamePrefix: "db" }).args.keyPairName).toMatch(
      /^db-[0-9a-f]{7}$/,
    );
    expect(failuresOf("enforce", "prod", { keyPairNamePrefix: "db" })).toEqual([
      {
        property: "keyPairNamePrefix",
        reason:
          "has no effect: the configuration pulumi:autonaming enforces a name. Leave it out, or give a keyPairName.",
      },
    ]);
  });

  test("that is disabled needs a name", () => {
    const disabled = { autonaming: { mode: "disable" } } as const;
    for (const news of [{}, { keyPairNamePrefix: "db" }])
      expect(check(news, disabled).failures).toEqual([
        {
          property: "keyPairName",
          reason: "is missing: the configuration pulumi:autonaming disables automatic names.",
        },
      ]);
    expect(check({ keyPairName: "mine" }, disabled).failures).toEqual([]);
  });

  test("is told when the cloud does not take its name", () => {
    expect(failuresOf("propose", "1-web")).toEqual([
      {
        property: "keyPairName",
        reason: expect.stringMatching(/^the name "1-web" that .* cannot be used: .* Change the pattern/),
      },
    ]);
  });
});

describe("what the engine puts in for ignoreChanges", () => {
  const folder = testFolder;

  test("everything as it is stored", () => {
    const olds = check({ keyPairNamePrefix: "web" }).args as CheckedKeyPairArgs;
    expect(check(olds, { olds })).toMatchObject({ args: olds, failures: [] });
    const { __automaticName: _note, ...withoutPrefix } = olds;
    expect(check(withoutPrefix, { olds })).toMatchObject({ args: olds, failures: [] });
  });

  test("the key of a file as it is stored: the file is not looked at", () => {
    const olds = { keyPairName: "web", publicKeyFile: join(folder(), "gone.pub"), publicKeyBody: key };
    expect(check(olds, { olds })).toMatchObject({ args: olds, failures: [] });
    // Again and again.
    const { args } = check(olds, { olds });
    expect(check(args, { olds: args as CheckedKeyPairArgs }).failures).toEqual([]);
  });

  test("what the program says in the stored words is still its own word", () => {
    const olds = { keyPairName: "web", publicKeyBody: key };
    expect(failuresOf({ ...olds, publicKeyFile: "a.pub" }, { olds })).toHaveLength(1);
    expect(failuresOf({ ...olds, keyPairNamePrefix: "w" }, { olds })).toHaveLength(1);
  });
});

describe("what a preview does not know yet", () => {
  const args: Required<{ [K in keyof KeyPairArgs]: unknown }> = {
    keyPairName: UNKNOWN,
    keyPairNamePrefix: UNKNOWN,
    publicKeyBody: UNKNOWN,
    publicKeyFile: UNKNOWN,
    keyGeneration: UNKNOWN,
    keepers: UNKNOWN,
    rotateAfter: UNKNOWN,
    privateKeyFile: UNKNOWN,
    privateKeyPassphrase: UNKNOWN,
    savePrivateKey: UNKNOWN,
    tags: UNKNOWN,
    tagChanges: UNKNOWN,
    resourceGroupId: UNKNOWN,
    userId: UNKNOWN,
    onExisting: UNKNOWN,
    connection: UNKNOWN,
  };

  test.each(Object.keys(args))("%s is no problem, and is passed on", (name) => {
    const { args, failures } = check({ [name]: UNKNOWN });
    expect(failures).toEqual([]);
    expect(args).toMatchObject({ [name]: UNKNOWN });
  });

  test("all of it together is no problem: what it will be may be nothing", () => {
    expect(failuresOf(args)).toEqual([]);
  });

  test.each<[string, object]>([
    ["a tag", { tags: { team: UNKNOWN, ok: "1" } }],
    ["the region", { connection: { backend: "alibaba", region: UNKNOWN } }],
    ["the backend", { connection: { backend: UNKNOWN, cloud: "otc" } }],
    ["the source", { keyGeneration: { source: UNKNOWN } }],
    ["the source, with a size that only local keys have", { keyGeneration: { source: UNKNOWN, bits: 4096 } }],
    ["the type", { keyGeneration: { source: "local", type: UNKNOWN, bits: 384 } }],
    ["the file of a private key that shall not be saved", { savePrivateKey: false, privateKeyFile: UNKNOWN }],
  ])("deep inside: %s", (_what, news) => {
    const { args, failures } = check(news);
    expect(failures).toEqual([]);
    expect(args).toMatchObject(news);
  });

  test("and the backend, with none configured", () => {
    const settings = settingsOf({ connection: {} });
    for (const connection of [UNKNOWN, { backend: UNKNOWN }]) {
      const { args, failures } = check({ connection }, { settings });
      expect(failures).toEqual([]);
      // How long a name may be is not known either.
      expect(args).toEqual({ connection, keyPairName: UNKNOWN, __automaticName: true });
    }
    const olds = { keyPairName: "web-1234567", __automaticName: true };
    expect(check({ connection: UNKNOWN }, { settings, olds }).args).toMatchObject(olds);
  });

  test("what is known beside it is checked all the same", () => {
    expect(
      failuresOf({ tags: { team: UNKNOWN, "acs:x": "1" }, publicKeyBody: UNKNOWN, keyPairName: "1" }).map(
        ({ property }) => property,
      ),
    ).toEqual(["tags", "keyPairName"]);
  });
});

describe("privateKeyFile", () => {
  test("that holds something else is found, but not where it is this resource's", () => {
    const privateKeyFile = join(testFolder(), "web.pem");
    writeFileSync(privateKeyFile, rsaKey("another").privateKey);
    expect(failuresOf({ privateKeyFile })).toEqual([
      {
        property: "privateKeyFile",
        reason: expect.stringMatching(
          /web\.pem holds another private key already \(SHA256:\S+\)\. It is never overwritten: move it away, or name another file\. If a killed run .*onExisting: "adopt" .* If another stack .*path\.$/,
        ),
      },
    ]);
    expect(failuresOf({ privateKeyFile }, { olds: { privateKeyFile } })).toEqual([]);
    expect(failuresOf({ privateKeyFile, onExisting: "adopt" })).toEqual([]);
  });
});

describe("privateKeyFile in a folder that this machine has not", () => {
  const privateKeyFile = "no-such-folder/web.pem";
  const failures = [
    { property: "privateKeyFile", reason: expect.stringContaining("its folder is not there.") },
  ];

  test("is fine for the pair that was made on another one", () => {
    expect(failuresOf({ privateKeyFile }, { olds: { privateKeyFile } })).toEqual([]);
  });

  test("is found for a new pair, for one that replaces another, and for a file that is named anew", () => {
    expect(failuresOf({ privateKeyFile })).toEqual(failures);
    const olds = { keyPairName: "web", privateKeyFile: "web.pem" };
    expect(failuresOf({ privateKeyFile }, { olds })).toEqual(failures);
  });
});

describe("privateKeyFile of two resources", () => {
  const reason = (path: string, other: string) =>
    `${path} is written by another resource of this program too (${other}): each key pair needs a file of its own.`;

  /** The checks of one process. */
  function program() {
    const run = new RunMemory();
    return (urn: string, privateKeyFile: string, olds: Request["olds"] = {}, more: object = {}) =>
      check({ privateKeyFile, ...more }, { olds, run, urn }).failures;
  }

  test("is found at the second, however the path is spelled", () => {
    const [folder, failures] = [testFolder(), program()];
    const file = join(folder, "web.pem");
    expect(failures("urn:a", file)).toEqual([]);
    for (const path of [file, relative(process.cwd(), file), `${folder}/./web.pem`])
      expect(failures("urn:b", path)).toEqual([
        { property: "privateKeyFile", reason: reason(path, "urn:a") },
      ]);
    expect(failures("urn:c", join(folder, "other.pem"))).toEqual([]);
    expect(program()("urn:b", file)).toEqual([]);
  });

  test("is found where one of them is there already", () => {
    const file = join(testFolder(), "web.pem");
    const stored = { privateKeyFile: file };
    const failures = program();
    failures("urn:a", file, stored);
    expect(failures("urn:b", file)).toEqual([{ property: "privateKeyFile", reason: reason(file, "urn:a") }]);
    const inTheOtherOrder = program();
    inTheOtherOrder("urn:b", file);
    expect(inTheOtherOrder("urn:a", file, stored)).toHaveLength(1);
  });

  test("is fine for one resource that is checked twice, and for one that gives up its file for the other", () => {
    const [folder, failures] = [testFolder(), program()];
    const [file, moved] = [join(folder, "web.pem"), join(folder, "moved.pem")];
    expect(failures("urn:a", file, { privateKeyFile: file })).toEqual([]);
    expect(failures("urn:a", file)).toEqual([]);
    expect(failures("urn:a", moved)).toEqual([]);
    expect(failures("urn:b", file)).toEqual([]);
  });

  test("is fine where they share the key: one adopts it from there, or both once did", () => {
    const file = join(testFolder(), "web.pem");
    const failures = program();
    failures("urn:a", file);
    expect(failures("urn:b", file, {}, { onExisting: "adopt" })).toEqual([]);
    const later = program();
    for (const urn of ["urn:a", "urn:b"]) expect(later(urn, file, { privateKeyFile: file })).toEqual([]);
  });
});

test.skipIf(process.platform === "win32")("a device or a pipe as publicKeyFile is not read", () => {
  const pipe = join(testFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const publicKeyFile of ["/dev/zero", pipe]) {
    expect(failuresOf({ publicKeyFile })).toEqual([
      { property: "publicKeyFile", reason: `${publicKeyFile} is not a regular file.` },
    ]);
  }
});

test("`~/` is the home folder", () => {
  const [failure] = failuresOf({ publicKeyFile: "~/no-such-key.pub" });
  expect(failure?.reason).toBe(
    `cannot read ${join(homedir(), "no-such-key.pub")}: there is no such file or folder.`,
  );
});

describe("a pair is never made where the program meant to import", () => {
  test.each(["publicKeyBody", "publicKeyFile"])("%s that is given without a value is refused", (name) => {
    expect(failuresOf({}, { withoutValue: new Set([name, "tags"]) })).toEqual([
      {
        property: name,
        reason:
          "is given, but it has no value (is an environment variable not set?). Leave it out to have a new key made.",
      },
    ]);
  });

  test.each([
    ["publicKey", "is an output, not an argument: did you mean publicKeyBody?"],
    ["region", "is an output, not an argument: did you mean connection.region?"],
    ["backend", "is an output, not an argument: did you mean connection.backend?"],
    ["fingerprint", "is an output, not an argument."],
    ["publickeybody", "there is no such argument: did you mean publicKeyBody?"],
    ["tag", "there is no such argument: did you mean tags?"],
  ])("%s is refused", (property, reason) => {
    expect(failuresOf({ [property]: "x" })).toEqual([{ property, reason }]);
  });
});

describe("what a refresh recorded", () => {
  test("comes back when the program ignores all changes, and is kept", () => {
    const olds = { keyPairName: "web", __keyInCloud: "SHA256:theirs" };
    expect(check(olds, { olds }).args).toEqual(olds);
  });
});

describe("a private key by mistake", () => {
  const places: [string, (text: string) => object][] = [
    ["publicKeyBody", (text) => ({ publicKeyBody: text })],
    ["publicKeyBody, with a text before it", (text) => ({ publicKeyBody: `# mine\n${text}` })],
    ["publicKeyFile", (text) => ({ publicKeyFile: text })],
    ["privateKeyFile", (text) => ({ privateKeyFile: text })],
    ["keyPairName", (text) => ({ keyPairName: text })],
    ["keyPairNamePrefix", (text) => ({ keyPairNamePrefix: text })],
    ["a tag's value", (text) => ({ tags: { team: text } })],
    ["a tag's key", (text) => ({ tags: { [text]: "1" } })],
    ["resourceGroupId", (text) => ({ resourceGroupId: text })],
    ["connection.endpoint", (text) => ({ connection: { endpoint: text } })],
    ["connection.path", (text) => ({ connection: { path: text } })],
    ["a member that connection has not", (text) => ({ connection: { secret: text } })],
    ["the name of such a member", (text) => ({ connection: { [text]: "x" } })],
    ["keyGeneration.source", (text) => ({ keyGeneration: { source: text } })],
    ["an argument that is none", (text) => ({ privateKey: text })],
    ["the name of such an argument", (text) => ({ [text]: "x" })],
    ["a list where none belongs", (text) => ({ publicKeyBody: [text] })],
    ["onExisting", (text) => ({ onExisting: text })],
  ];

  test.each(places)("as %s is refused, and is in nothing that is told or stored", (_place, news) => {
    for (const text of Object.values(privateKeyTexts())) {
      const result = check(news(text));
      expect(result.failures).not.toEqual([]);
      const told = JSON.stringify(result);
      for (const trace of tracesOf(text)) expect(told).not.toContain(trace);
    }
  });

  test("as publicKeyBody gets the way out", () => {
    const [failure] = failuresOf({ publicKeyBody: rsaKey("imported").privateKey });
    expect(failure?.property).toBe("publicKeyBody");
    expect(failure?.reason).toContain(key);
  });

  test("an argument that holds one names itself, at no property: the engine would show its value", () => {
    expect(failuresOf({ tags: { team: rsaKey("imported").privateKey } })).toEqual([
      {
        property: "",
        reason: "tags: there is a private key in it, and no part of it may go to a cloud or a state.",
      },
    ]);
  });
});
