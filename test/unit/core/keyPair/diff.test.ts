import { describe, expect, test } from "vitest";
import { createBackendCatalog } from "../../../../provider/backends";
import { diffKeyPair } from "../../../../provider/core/keyPair/diff";
import { KEY_PAIR_PROPERTIES } from "../../../../provider/core/keyPair/properties";
import { dueWarning } from "../../../../provider/core/keyPair/rotation";
import type { CheckedKeyPairArgs, Connection, KeyPairState } from "../../../../provider/core/model";
import { type ChangeKind, changesOf } from "../../../../provider/core/resource/propertyTable";
import { type PartlyUnknown, UNKNOWN } from "../../../../provider/core/unknown";
import { fingerprintSha256, readPublicKey } from "../../../../provider/keys";
import { settingsOf } from "../support/context";
import { catalogOf, FakeBackend } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { createdState, foreignState, importedState } from "../support/states";

type Args = Partial<PartlyUnknown<CheckedKeyPairArgs>>;

const key = ed25519Key("imported").publicKey;
const otherKey = ed25519Key("another's").publicKey;
const settings = settingsOf();

function diff(
  state: KeyPairState,
  args: Args,
  more: Partial<typeof settings> & { tagChanges?: "update" } = {},
) {
  return diffKeyPair({
    state,
    args: { keyPairName: "web", ...args },
    settings: { ...settings, ...more },
    catalog: catalogOf(new FakeBackend()),
  });
}

const kindsOf = (...args: Parameters<typeof diff>) =>
  Object.fromEntries(diff(...args).changes.map(({ property, kind }) => [property, kind]));

describe("a change of one property", () => {
  type Change = { state?: Partial<KeyPairState>; args: Args; kind: ChangeKind | "none" };
  type Base = "imported" | "created";

  /** Of each row at least a change, and what is none. A row of the table without a case fails below. */
  const cases: Record<string, [what: string, base: Base, change: Change][]> = {
    keyPairName: [
      ["another name", "imported", { args: { keyPairName: "db" }, kind: "replace" }],
      ["not known yet", "imported", { args: { keyPairName: UNKNOWN }, kind: "replace" }],
    ],
    keyPairNamePrefix: [
      ["that leaves the name", "imported", { args: { keyPairNamePrefix: "web" }, kind: "update" }],
    ],
    publicKeyBody: [
      ["another key", "imported", { args: { publicKeyBody: otherKey }, kind: "replace" }],
      ["another comment", "imported", { args: { publicKeyBody: `${key} another comment` }, kind: "none" }],
      ["none any more", "imported", { args: { publicKeyBody: undefined as never }, kind: "replace" }],
      ["not known yet", "imported", { args: { publicKeyBody: UNKNOWN }, kind: "replace" }],
      ["of a created pair: another", "created", { args: { publicKeyBody: key }, kind: "replace" }],
      [
        "of a created pair: its own",
        "created",
        { args: { publicKeyBody: rsaKey("made by the cloud").publicKey }, kind: "none" },
      ],
    ],
    publicKeyFile: [["a moved file", "imported", { args: { publicKeyFile: "moved.pub" }, kind: "update" }]],
    keyGeneration: [
      ["made locally", "created", { args: { keyGeneration: { source: "local" } }, kind: "replace" }],
      ["the default, said", "created", { args: { keyGeneration: { source: "cloud" } }, kind: "none" }],
      [
        "the defaults of a local key, said",
        "created",
        {
          state: { keyGeneration: { source: "local" } },
          args: { keyGeneration: { source: "local", type: "rsa", bits: 2048 } },
          kind: "none",
        },
      ],
      [
        "another size",
        "created",
        {
          state: { keyGeneration: { source: "local" } },
          args: { keyGeneration: { source: "local", bits: 4096 } },
          kind: "replace",
        },
      ],
      [
        "another type, of the same default size",
        "created",
        {
          state: { keyGeneration: { source: "local", type: "ecdsa" } },
          args: { keyGeneration: { source: "local", type: "ed25519" } },
          kind: "replace",
        },
      ],
      ["a part not known yet", "created", { args: { keyGeneration: { source: UNKNOWN } }, kind: "replace" }],
    ],
    keepers: [
      [
        "another value",
        "created",
        { state: { keepers: { a: "1" } }, args: { keepers: { a: "2" } }, kind: "replace" },
      ],
      ["the first ones", "created", { args: { keepers: { a: "1" } }, kind: "update" }],
      ["none any more", "created", { state: { keepers: { a: "1" } }, args: {}, kind: "update" }],
      ["not known yet", "created", { args: { keepers: { a: UNKNOWN } }, kind: "replace" }],
    ],
    rotateAfter: [["a time", "created", { args: { rotateAfter: "90d" }, kind: "update" }]],
    privateKeyPassphrase: [
      ["a passphrase", "created", { args: { privateKeyPassphrase: "words" }, kind: "update" }],
    ],
    privateKeyFile: [
      [
        "a file that was lost",
        "created",
        {
          state: { privateKeyFile: "web.pem" },
          args: { privateKeyFile: "web.pem", __keyInFile: "" },
          kind: "update",
        },
      ],
      [
        "a file that was lost, whose key is not in the state",
        "created",
        {
          state: { privateKeyFile: "web.pem", savePrivateKey: false, privateKey: undefined as never },
          args: { privateKeyFile: "web.pem", savePrivateKey: false, __keyInFile: "" },
          kind: "none",
        },
      ],
      [
        "a file that holds its key",
        "created",
        {
          state: { privateKeyFile: "web.pem" },
          args: { privateKeyFile: "web.pem", __keyInFile: createdState().__ownKey },
          kind: "none",
        },
      ],
      ["a file", "created", { args: { privateKeyFile: "web.pem" }, kind: "update" }],
      ["no file any more", "created", { state: { privateKeyFile: "web.pem" }, args: {}, kind: "update" }],
    ],
    savePrivateKey: [["not saved any more", "created", { args: { savePrivateKey: false }, kind: "update" }]],
    tags: [
      [
        "another value",
        "imported",
        { state: { tags: { a: "1" } }, args: { tags: { a: "2" } }, kind: "replace" },
      ],
      ["a new tag", "imported", { args: { tags: { a: "1" } }, kind: "replace" }],
      ["no tags any more", "imported", { state: { tags: { a: "1" } }, args: {}, kind: "replace" }],
      ["none, said", "imported", { args: { tags: {} }, kind: "none" }],
      ["none any more, said before", "imported", { state: { tags: {} }, args: {}, kind: "none" }],
      [
        "another order",
        "imported",
        { state: { tags: { a: "1", b: "2" } }, args: { tags: { b: "2", a: "1" } }, kind: "none" },
      ],
      ["a value not known yet", "imported", { args: { tags: { a: UNKNOWN } }, kind: "replace" }],
    ],
    tagChanges: [["in place from now on", "imported", { args: { tagChanges: "update" }, kind: "update" }]],
    resourceGroupId: [
      ["a group", "imported", { args: { resourceGroupId: "rg-1" }, kind: "update" }],
      ["none any more", "imported", { state: { resourceGroupId: "rg-1" }, args: {}, kind: "none" }],
      ["not known yet", "imported", { args: { resourceGroupId: UNKNOWN }, kind: "update" }],
    ],
    userId: [["another user", "imported", { args: { userId: "u-2" }, kind: "replace" }]],
    onExisting: [["another answer", "imported", { args: { onExisting: "adopt" }, kind: "update" }]],
    connection: [
      ["another region", "imported", { args: { connection: { region: "there" } }, kind: "replace" }],
      ["another backend", "imported", { args: { connection: { backend: "alibaba" } }, kind: "replace" }],
      [
        "another account",
        "imported",
        {
          state: { connection: { backend: "local", path: "a.db" } },
          args: { connection: { path: "b.db" } },
          kind: "replace",
        },
      ],
      ["another store", "imported", { args: { connection: { path: "a.db" } }, kind: "replace" }],
      ["another endpoint", "imported", { args: { connection: { endpoint: "ecs.test" } }, kind: "update" }],
      ["the same region, said", "imported", { args: { connection: { region: "here" } }, kind: "none" }],
      ["not known yet", "imported", { args: { connection: UNKNOWN }, kind: "replace" }],
      [
        "a backend not known yet",
        "imported",
        { args: { connection: { backend: UNKNOWN } }, kind: "replace" },
      ],
    ],
  };

  const bases = {
    imported: { state: importedState(), args: { publicKeyBody: key } },
    created: { state: createdState(), args: {} },
  };

  test("each row of the table has its cases, and nothing else has", () => {
    const rows: [string, { change: string }][] = Object.entries(KEY_PAIR_PROPERTIES);
    const ofTheUser = rows.filter(([, { change }]) => change !== "computed").map(([name]) => name);
    expect(Object.keys(cases).sort()).toEqual(ofTheUser.sort());
    for (const [name, { change }] of rows.filter(([name]) => name in cases)) {
      expect(cases[name]?.map(([, , { kind }]) => kind)).toContain(change);
    }
  });

  test.each(
    Object.entries(cases).flatMap(([name, list]) =>
      list.map(([what, base, change]) => ({ name, what, base, ...change })),
    ),
  )("$name: $what of a pair that was $base: $kind", ({ name, base, state, args, kind }) => {
    const given = { ...bases[base].args, ...args };
    expect(kindsOf({ ...bases[base].state, ...state }, given)).toEqual(
      kind === "none" ? {} : { [name]: kind },
    );
  });

  test.each(["imported", "created"] as const)("none: a pair that was %s is as it was", (base) => {
    const { changes, warnings } = diff(bases[base].state, bases[base].args);
    expect([changes, warnings]).toEqual([[], []]);
  });

  test("what the cloud or the key says is nobody's to change", () => {
    const computed = { keyBits: 1, fingerprint: "x", region: "x", privateKey: "x" } as Args;
    expect(kindsOf(importedState(), { publicKeyBody: key, ...computed })).toEqual({});
  });
});

describe("tags in place", () => {
  const state = importedState({ tags: { a: "1" } });

  test.each<[string, Args, { tagChanges?: "update" }, ChangeKind]>([
    ["as the resource says", { tagChanges: "update" }, {}, "update"],
    ["as the configuration says", {}, { tagChanges: "update" }, "update"],
    ["unless the resource says replace", { tagChanges: "replace" }, { tagChanges: "update" }, "replace"],
    ["unknown ones too", { tagChanges: "update", tags: UNKNOWN }, {}, "update"],
  ])("%s", (_what, args, more, kind) => {
    const { tags } = kindsOf(state, { publicKeyBody: key, tags: { a: "2" }, ...args }, more);
    expect(tags).toBe(kind);
  });
});

describe("drift that a refresh saw", () => {
  test("another key of an imported pair replaces it", () => {
    expect(kindsOf(foreignState(importedState()), { publicKeyBody: key })).toEqual({
      publicKeyBody: "replace",
    });
  });

  test("another key of a created pair replaces it", () => {
    expect(kindsOf(foreignState(createdState()), {})).toEqual({ publicKeyBody: "replace" });
  });

  test("another key that the program now gives is taken over when it says adopt", () => {
    const args = { publicKeyBody: otherKey, onExisting: "adopt" } as const;
    expect(kindsOf(foreignState(importedState(args)), args)).toEqual({ publicKeyBody: "update" });
  });

  test("another key of a created pair that the program now gives is taken over", () => {
    expect(kindsOf(foreignState(createdState()), { publicKeyBody: otherKey })).toEqual({
      publicKeyBody: "update",
    });
  });

  test("another key that the program ignores stays somebody's", () => {
    // For `ignoreChanges` the engine gives what the refresh recorded.
    expect(kindsOf(foreignState(importedState()), { publicKeyBody: otherKey })).toEqual({});
    const created = foreignState(createdState());
    expect(kindsOf(created, { __keyInCloud: created.fingerprintSha256 })).toEqual({});
    expect(kindsOf(created, { __keyInCloud: "SHA256:yet-another" })).toEqual({ publicKeyBody: "replace" });
  });

  test("a key of which the cloud tells too little is another one", () => {
    const blank = { publicKey: "", keyType: "", keyBits: 0, fingerprintSha256: "", fingerprint: "another" };
    expect(kindsOf(importedState(blank), { publicKeyBody: key })).toEqual({ publicKeyBody: "replace" });
  });

  test("other tags and another group", () => {
    const state = importedState({ tags: { a: "2" }, resourceGroupId: "rg-2" });
    expect(kindsOf(state, { publicKeyBody: key, tags: { a: "1" }, resourceGroupId: "rg-1" })).toEqual({
      tags: "replace",
      resourceGroupId: "update",
    });
  });
});

describe("the local store", () => {
  const local = (connection: Partial<Connection>) =>
    importedState({ region: "local", connection: { backend: "local", ...connection } });
  const kinds = (state: KeyPairState, connection: Connection) =>
    diffKeyPair({
      state,
      args: { keyPairName: "web", publicKeyBody: key, connection },
      settings,
      catalog: createBackendCatalog(),
    }).changes;

  test("that is another one replaces, the default one too; other words for it do not", () => {
    const replaced = [{ property: "connection", kind: "replace" }];
    expect(kinds(local({}), { path: "other.sqlite" })).toEqual(replaced);
    expect(kinds(local({ path: "other.sqlite" }), {})).toEqual(replaced);
    expect(kinds(local({ path: "x.sqlite" }), { path: "./x.sqlite" })).toEqual([
      { property: "connection", kind: "update" },
    ]);
    expect(kinds(local({}), {})).toEqual([]);
  });
});

describe("the place", () => {
  const alibaba = (more: object) =>
    importedState({
      backend: "alibaba",
      region: "cn-hangzhou",
      connection: { backend: "alibaba", region: "cn-hangzhou", ...more },
    });
  const inConfiguration = (connection: object) => ({
    connection: { backend: "alibaba", ...connection } as never,
  });
  const args = { publicKeyBody: key };

  test("of the configuration counts as the resource's own", () => {
    const state = alibaba({ profile: "team" });
    expect(kindsOf(state, args, inConfiguration({ region: "cn-hangzhou", profile: "team" }))).toEqual({});
    expect(kindsOf(state, args, inConfiguration({ region: "cn-beijing", profile: "team" }))).toEqual({
      connection: "replace",
    });
    expect(kindsOf(state, args, inConfiguration({ region: "cn-hangzhou", profile: "other" }))).toEqual({
      connection: "replace",
    });
  });

  test("another way there, in the configuration, is no change at all", () => {
    const config = inConfiguration({ region: "cn-hangzhou", endpoint: "ecs-vpc.cn-hangzhou.aliyuncs.com" });
    expect(kindsOf(alibaba({}), args, config)).toEqual({});
  });

  test("a profile that only the laptop names is no other account", () => {
    expect(kindsOf(alibaba({ profile: "laptop" }), args, inConfiguration({ region: "cn-hangzhou" }))).toEqual(
      {
        connection: "update",
      },
    );
  });

  test("of the environment counts where nothing else is said", () => {
    process.env["FAKE_REGION"] = "cn-beijing";
    try {
      expect(kindsOf(alibaba({}), args, inConfiguration({}))).toEqual({ connection: "replace" });
      expect(kindsOf(alibaba({}), args, inConfiguration({ region: "cn-hangzhou" }))).toEqual({});
    } finally {
      delete process.env["FAKE_REGION"];
    }
  });

  test("a region that nobody names now is no other region", () => {
    expect(kindsOf(alibaba({}), args, inConfiguration({}))).toEqual({});
  });

  test("that is not known yet needs no configuration", () => {
    const config = { connection: {} as never };
    expect(kindsOf(importedState(), { ...args, connection: { backend: UNKNOWN } }, config)).toEqual({
      connection: "replace",
    });
  });
});

describe("which goes first", () => {
  const dbr = (...args: Parameters<typeof diff>) => diff(...args).deleteBeforeReplace;

  test("the old pair, where the name stays", () => {
    expect(dbr(importedState(), { publicKeyBody: otherKey })).toBe(true);
    expect(dbr(createdState(), { tags: { a: "1" } })).toBe(true);
  });

  test("the new pair, where the name is another one or automatic", () => {
    expect(dbr(importedState(), { publicKeyBody: otherKey, keyPairName: "db" })).toBe(false);
    expect(dbr(importedState(), { publicKeyBody: otherKey, __automaticName: true })).toBe(false);
    expect(
      dbr(importedState(), { publicKeyBody: otherKey, keyPairName: UNKNOWN, __automaticName: true }),
    ).toBe(false);
  });

  test("the new pair, where it goes to another place", () => {
    expect(dbr(importedState(), { publicKeyBody: key, connection: { region: "there" } })).toBe(false);
  });

  test("the old pair too, should the engine replace it for a reason of its own", () => {
    expect(dbr(importedState(), { publicKeyBody: key, onExisting: "adopt" })).toBe(true);
    expect(dbr(importedState(), { publicKeyBody: key, __automaticName: true })).toBe(false);
  });
});

test("an import that becomes a created pair is warned of: it gets a new key", () => {
  const state = importedState();
  expect(diff(state, { publicKeyBody: undefined as never }).warnings).toEqual([
    'key pair "web" was imported, and the program gives no public key any more: it will be replaced by a pair with a new key. ' +
      `Who logs in with the key ${state.fingerprintSha256} will be locked out of machines that are made from then on.`,
  ]);
  expect(diff(state, { publicKeyBody: otherKey }).warnings).toEqual([]);
});

test("a key file that holds the key no more is warned of", () => {
  const warnings = (found: string, more: Partial<KeyPairState> = {}) =>
    diff(createdState({ privateKeyFile: "web.pem", ...more }), {
      privateKeyFile: "web.pem",
      __keyInFile: found,
    }).warnings;
  const { __ownKey } = createdState();
  expect(warnings("SHA256:another")).toEqual([
    `web.pem holds another private key (SHA256:another) in the place of the private key of key pair "web" (${__ownKey}). ` +
      "It is never overwritten: move it away, and the next `pulumi up` writes the key again.",
  ]);
  expect(warnings("", { privateKey: undefined as never })).toEqual([
    `web.pem holds nothing in the place of the private key of key pair "web" (${__ownKey}). The state does not hold the key either ` +
      "(savePrivateKey is false): take it from a backup, or change keepers to have a new key made.",
  ]);
  expect(warnings("other")).toEqual([
    expect.stringContaining("web.pem holds something else in the place of"),
  ]);
  expect([warnings(""), warnings(__ownKey)]).toEqual([[], []]);
});

test("ignored tags are not compared, whoever changes them", () => {
  const ignoreTags = { keys: ["cost"], keyPrefixes: ["robot:"] };
  const state = importedState({ tags: { team: "ops", cost: "1", "robot:seen": "today" } });
  const args = (tags: Record<string, string>) => ({ publicKeyBody: key, tags });
  expect(kindsOf(state, args({ team: "ops", cost: "2" }), { ignoreTags })).toEqual({});
  expect(kindsOf(state, args({ team: "dev", cost: "2" }), { ignoreTags })).toEqual({ tags: "replace" });
  expect(kindsOf(state, args({ team: "ops", cost: "2" }))).toEqual({ tags: "replace" });
});

describe("a key that is due", () => {
  const now = Date.parse("2026-11-26T12:00Z");
  const day = 86_400_000;
  const due = (age: number, rotateAfter: string) => {
    const createdAt = new Date(now - age).toISOString();
    return dueWarning(createdState({ createdAt }), { keyPairName: "web", rotateAfter }, now);
  };

  test.each([
    ["90d", 90 * day],
    ["12w", 84 * day],
    ["36h", 1.5 * day],
  ])("after %s is said, and not before", (rotateAfter, age) => {
    expect(due(age - 1, rotateAfter)).toBeUndefined();
    expect(due(age, rotateAfter)).toMatch(
      `is due: rotateAfter says ${rotateAfter}. To rotate it, change keepers to have a new one made; keep the old key until no machine needs it.`,
    );
  });

  test("is said in the preview, and replaces nothing", () => {
    const state = createdState({ rotateAfter: "1h", createdAt: "2026-01-01T00:00Z" });
    expect(diff(state, { rotateAfter: "1h" })).toMatchObject({
      changes: [],
      warnings: [expect.stringContaining('the key of key pair "web" was made on 2026-01-01 and is due')],
    });
  });
});

describe("the rotation of a private key", () => {
  const state = createdState();

  test("is said in the preview", () => {
    const { warnings } = diff(state, { tags: { a: "1" }, keyGeneration: { source: "local" } });
    expect(warnings).toEqual([
      `replacing key pair "web" (keyGeneration, tags) rotates its private key ${state.__ownKey}: keep the old one (before the update, \`pulumi stack export --show-secrets\` shows it) until no machine needs it, or change tags in place with tagChanges: "update".`,
    ]);
    expect(diff(state, { keyPairName: "db" }).warnings).toEqual([
      `replacing key pair "web" (keyPairName) rotates its private key ${state.__ownKey}: keep the old one (before the update, \`pulumi stack export --show-secrets\` shows it) until no machine needs it.`,
    ]);
    const inFile = { privateKeyFile: "web.pem", savePrivateKey: false };
    const { privateKey: _inFileOnly, ...kept } = createdState(inFile);
    expect(diff(kept as KeyPairState, { ...inFile, keyPairName: "db" }).warnings.join()).toContain(
      "keep the old one (in web.pem, or moved aside from there) until no machine needs it.",
    );
  });

  test("names what the program changed, not what follows from it", () => {
    const reasons = (args: Args, more: Partial<KeyPairState> = {}) =>
      diff(createdState(more), args).warnings.map(
        (warning) => /\((.*?)\) (?:rotates|gives up)/.exec(warning)?.[1],
      );
    const automatic = { keyPairName: "db-1234567", __automaticName: true };
    expect(reasons({ ...automatic, keyPairNamePrefix: "db" }, { __automaticName: true })).toEqual([
      "keyPairNamePrefix",
    ]);
    expect(reasons({ ...automatic, keyPairName: UNKNOWN, keyPairNamePrefix: "db" })).toEqual([
      "keyPairNamePrefix",
    ]);
    expect(reasons({ ...automatic, keyPairName: UNKNOWN })).toEqual(["keyPairName"]);
    expect(reasons({ publicKeyBody: key, publicKeyFile: "web.pub" })).toEqual(["publicKeyFile"]);
    expect(reasons({ publicKeyBody: key })).toEqual(["publicKeyBody"]);
  });

  test("is none where the pair is imported, or changed in place", () => {
    expect(diff(importedState(), { publicKeyBody: otherKey })).toMatchObject({ warnings: [] });
    expect(diff(state, { tags: { a: "1" }, tagChanges: "update" })).toMatchObject({ warnings: [] });
  });

  test("shows no private key", () => {
    expect(JSON.stringify(diff(state, { keyPairName: "db" }))).not.toContain("PRIVATE KEY-----");
  });
});

describe("another public key", () => {
  const state = importedState({ publicKeyBody: `${key} anna@old` });
  const now = fingerprintSha256(readPublicKey(otherKey));
  const summary = (args: Args, secrets: string[] = []) =>
    diffKeyPair({
      state,
      args: { keyPairName: "web", ...args },
      secrets: new Set(secrets),
      settings,
      catalog: catalogOf(new FakeBackend()),
    }).summary;

  test("is told with both fingerprints, and whose they are", () => {
    expect(summary({ publicKeyBody: `${otherKey} anna@new laptop` })).toBe(
      `key pair "web" gets another public key: ${state.fingerprintSha256} (anna@old) → ${now} (anna@new laptop)`,
    );
    expect(summary({ publicKeyBody: otherKey })).toBe(
      `key pair "web" gets another public key: ${state.fingerprintSha256} (anna@old) → ${now}`,
    );
    // The cloud may hold a text that is no key.
    const unreadable = diff(
      { ...state, publicKeyBody: "no key", fingerprintSha256: "", fingerprint: "a1:b2" },
      {
        publicKeyBody: otherKey,
      },
    );
    expect(unreadable.summary).toBe(`key pair "web" gets another public key: a1:b2 → ${now}`);
  });

  test("is not told of the same key, of one that is not known yet, or of a secret one", () => {
    expect(summary({ publicKeyBody: `${key} another comment` })).toBeUndefined();
    expect(summary({ publicKeyBody: otherKey }, ["publicKeyBody"])).toBeUndefined();
    expect(summary({ publicKeyBody: otherKey, publicKeyFile: "x" }, ["publicKeyFile"])).toBeUndefined();
    expect(summary({ publicKeyBody: UNKNOWN })).toBeUndefined();
    // Nor does anybody know that it will be missing.
    expect(diff(state, { publicKeyBody: UNKNOWN }).warnings).toEqual([]);
  });
});

test("a row without a rule of its own compares deeply", () => {
  const table = { list: { change: "update" }, made: { change: "computed" } } as const;
  const subject = (before: unknown, now: unknown) => ({
    state: { list: before, made: 1 },
    args: { list: now },
  });
  expect(changesOf(table, subject([1, { a: 1 }], [1, { a: 1 }]), {})).toEqual([]);
  expect(changesOf(table, subject([1], [2]), {})).toEqual([{ property: "list", kind: "update" }]);
});
