import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { createKeyPair } from "../../../../provider/backends/local/create";
import { KeyPairStore } from "../../../../provider/backends/local/store";
import {
  fingerprintMd5,
  formatPublicKeyLine,
  generateKeyPair,
  type PublicKey,
  publicKeyOfPrivateKey,
} from "../../../../provider/keys";
import { failure } from "../../../support/failure";

const REQUEST_ID = "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}";
const folder = mkdtempSync(join(tmpdir(), "keypair-store-"));
const path = join(folder, "local.sqlite");
const now = new Date("2023-09-04T08:33:59.999Z");
const store = new KeyPairStore(path, { quota: 130, now: () => now });
let key: PublicKey;
let publicKey = "";
let regions = 0;
let region = "";

beforeAll(async () => {
  key = (await generateKeyPair({ type: "ecdsa" })).publicKey;
  publicKey = formatPublicKeyLine(key);
});
beforeEach(() => {
  region = `region-${regions++}`;
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe("pairs of the store", () => {
  it("are imported as ECS does: no id, the time to the minute, the MD5 fingerprint", () => {
    const pair = store.import(region, {
      name: "deploy",
      publicKey: `${publicKey} me@here\n`,
      tags: { a: "b" },
      resourceGroupId: "rg-1",
    });
    expect(pair).toEqual({
      name: "deploy",
      publicKey: `${publicKey} me@here`,
      fingerprint: fingerprintMd5(key),
      createdAt: "2023-09-04T08:33Z",
      tags: { a: "b" },
      resourceGroupId: "rg-1",
    });
    expect(store.find(region, "deploy")).toEqual(pair);
  });

  it.each([
    ["an RSA key of 2048 bits", {}, { type: "rsa", bits: 2048 }],
    ["the key that is asked for", { key: { type: "ecdsa", bits: 256 } }, { type: "ecdsa", bits: 256 }],
  ] as const)(
    "are created with an id and %s, of which the file gets no private half",
    async (_, options, made) => {
      const name = `made-${made.type}`;
      const { keyPair, privateKey } = await createKeyPair(store, region, { name }, options);
      expect(keyPair.id).toMatch(/^ssh-[0-9a-z]{20}$/);
      expect(publicKeyOfPrivateKey(privateKey)).toMatchObject(made);
      expect(fingerprintMd5(publicKeyOfPrivateKey(privateKey))).toBe(keyPair.fingerprint);
      expect(store.find(region, name)).toEqual(keyPair);
      // Past what is public: a file in PKCS#1 begins with the modulus.
      const secretLine = privateKey.split("\n").at(-4) ?? "";
      expect(secretLine).toHaveLength(64);
      for (const file of [path, `${path}-wal`]) {
        expect(readFileSync(file, "latin1")).not.toContain("PRIVATE KEY");
        expect(readFileSync(file, "latin1")).not.toContain(secretLine);
      }
    },
  );

  it("are one region's", () => {
    store.import(region, { name: "deploy", publicKey });
    expect(store.find("elsewhere", "deploy")).toBeUndefined();
    expect(store.list("elsewhere").total).toBe(0);
    expect(store.deleteMany("elsewhere", ["deploy"])).toEqual([]);
    store.import("elsewhere", { name: "deploy", publicKey });
    store.deleteMany("elsewhere", ["deploy"]);
    expect(store.find(region, "deploy")).toBeDefined();
  });

  it("are made in one change, or none of them", () => {
    const call = () =>
      store.atomically(() => {
        store.import(region, { name: "first", publicKey });
        store.import(region, { name: "first", publicKey });
      });
    expect(failure(call).code).toBe("AlreadyExists");
    expect(store.list(region).total).toBe(0);
  });
});

describe("listing", () => {
  beforeEach(() => {
    for (let n = 0; n < 120; n++) {
      const tags = { team: n % 2 === 0 ? "ops" : "dev", n: String(n) };
      store.import(region, { name: `pair-${n}`, publicKey, tags, ...(n < 3 && { resourceGroupId: "rg-1" }) });
    }
  });
  const names = (query: Parameters<typeof store.list>[1]) =>
    store.list(region, query).keyPairs.map(({ name }) => name);

  it("has pages, oldest first, and the total of all of them", () => {
    const pages = [1, 2, 3, 4].map((page) => store.list(region, { page, pageSize: 50 }));
    expect(pages.map(({ total }) => total)).toEqual([120, 120, 120, 120]);
    expect(pages.map(({ keyPairs }) => keyPairs.length)).toEqual([50, 50, 20, 0]);
    const all = pages.flatMap(({ keyPairs }) => keyPairs.map(({ name }) => name));
    expect(all).toEqual(Array.from({ length: 120 }, (_, n) => `pair-${n}`));
    expect(names({})).toEqual(all);
  });

  test.for([
    ["pair-7", ["pair-7"]],
    ["pair-11*", ["pair-11", ...Array.from({ length: 10 }, (_, n) => `pair-11${n}`)]],
    ["*-7", ["pair-7"]],
    ["p*r-*9*9", ["pair-99"]],
    ["PAIR-7", []],
    ["pair-?", []],
    ["pair-[7]", []],
    ["pair", []],
  ] as const)("takes a pattern in which only * is special: %s", ([namePattern, expected]) => {
    expect(names({ namePattern })).toEqual(expected);
  });

  it("takes all filters together, and counts what they leave", () => {
    expect(store.list(region, { tags: { team: "ops" }, pageSize: 10 })).toMatchObject({ total: 60 });
    expect(names({ tags: { team: "ops", n: "4" } })).toEqual(["pair-4"]);
    expect(names({ tags: { team: "ops", n: "5" } })).toEqual([]);
    expect(names({ tags: { team: "OPS" } })).toEqual([]);
    expect(names({ resourceGroupId: "rg-1", tags: { team: "ops" } })).toEqual(["pair-0", "pair-2"]);
    const fingerprint = fingerprintMd5(key);
    for (const spelling of [
      fingerprint,
      fingerprint.replaceAll(":", ""),
      `MD5:${fingerprint.toUpperCase()}`,
    ]) {
      expect(store.list(region, { fingerprint: spelling }).total).toBe(120);
    }
    expect(names({ fingerprint: fingerprint.slice(0, -2) })).toEqual([]);
  });
});

describe("refusals carry the code of ECS, the pair, the property and a request id", () => {
  beforeEach(() => {
    store.import(region, { name: "there", publicKey, tags: { team: "ops" }, resourceGroupId: "rg-1" });
    store.attach(region, "there", ["i-2", "i-1"]);
  });
  const many = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
  const full = () => Object.fromEntries(many(20).map((name) => [name, ""]));
  const create = (more: object) => () => store.import(region, { name: "new", publicKey, ...more });

  test.for<[string, string, () => unknown, string]>([
    [
      "AlreadyExists",
      "KeyPair.AlreadyExist",
      create({ name: "there" }),
      'key pair "there": a key pair of that name is there already',
    ],
    [
      "Refused",
      "InvalidKeyPairName.Malformed",
      create({ name: "1" }),
      'key pair "1": the name cannot be used: it has 1 character. A name has 2 to',
    ],
    [
      "Refused",
      "InvalidPublicKeyBody.Malformed",
      create({ publicKey: "nokey" }),
      'key pair "new": the public key is not a single OpenSSH line',
    ],
    [
      "Refused",
      "InvalidPublicKeyBody.Malformed",
      create({ publicKey: "ssh-rsa AAAA" }),
      'key pair "new": the public key cannot be used: ',
    ],
    [
      "Refused",
      "InvalidTagKey.Malformed",
      create({ tags: { "acs:x": "" } }),
      'key pair "new": tag "acs:x" cannot be used: a tag\'s key cannot start',
    ],
    [
      "Refused",
      "InvalidTagValue.Malformed",
      create({ tags: { a: "http://" } }),
      'key pair "new": tag "a" cannot be used: a tag\'s value cannot contain',
    ],
    [
      "Refused",
      "Duplicate.TagKey",
      create({ tags: { a: "", A: "" } }),
      'key pair "new": tag "A" cannot be used: the key is there twice',
    ],
    [
      "QuotaExceeded",
      "QuotaExceed.Tags",
      create({ tags: { ...full(), x: "" } }),
      'key pair "new": the tags cannot be used: there are 21 tags',
    ],
    [
      "Refused",
      "InvalidResourceGroup.NotFound",
      create({ resourceGroupId: "ops" }),
      'key pair "new": there is no such resource group: "ops" is not the id',
    ],
    [
      "InUse",
      "InvalidParameter.KeypairAlreadyAttachedInstance",
      () => store.deleteMany(region, ["none", "there"]),
      'key pair "there": it is attached to i-1, i-2',
    ],
    [
      "Refused",
      "InvalidKeyPairNames.ValueNotSupported",
      () => store.deleteMany(region, many(101)),
      "one call takes at most 100, not 101",
    ],
    [
      "Refused",
      "TagKey.Duplication",
      () => store.tag(region, ["there"], { Team: "x" }),
      'key pair "there": tag "Team" cannot be used: the key is there twice',
    ],
    [
      "QuotaExceeded",
      "QuotaExceed.Tags",
      () => store.tag(region, ["there"], full()),
      'key pair "there": the tags cannot be used: there are 21 tags',
    ],
    [
      "Refused",
      "NumberExceed.Tags",
      () => store.tag(region, ["there"], { ...full(), x: "" }),
      "one call takes at most 20, not 21",
    ],
    [
      "Refused",
      "NumberExceed.ResourceIds",
      () => store.untag(region, many(51), "all"),
      "one call takes at most 50, not 51",
    ],
    [
      "NotFound",
      "InvalidResourceId.NotFound",
      () => store.untag(region, ["none"], ["a"]),
      "has no key pair of that name",
    ],
    [
      "Refused",
      "InvalidResourceGroup.Duplicate",
      () => store.joinResourceGroup(region, "there", "rg-1"),
      'key pair "there": it is in resource group rg-1 already',
    ],
    [
      "NotFound",
      "InvalidKeyPairName.NotFound",
      () => store.attach(region, "none", ["i-1"]),
      "has no key pair of that name",
    ],
    [
      "Refused",
      "InvalidInstanceIds.ValueNotSupported",
      () => store.attach(region, "there", many(51)),
      "one call takes at most 50, not 51",
    ],
  ])("%s %s", ([code, cloudCode, call, text]) => {
    const before = store.list(region);
    const error = failure(call);
    expect(error).toMatchObject({ code, details: { cloudCode } });
    expect(error.message).toContain(text);
    expect(error.message).toMatch(new RegExp(`\\(code ${cloudCode}, request id ${REQUEST_ID}\\)\\.`));
    expect(store.list(region)).toEqual(before);
  });

  it("stops at the quota, which is one region's", () => {
    for (let n = 1; n < 130; n++) store.import(region, { name: `pair-${n}`, publicKey });
    expect(failure(create({}))).toMatchObject({
      code: "QuotaExceeded",
      message: expect.stringMatching(
        `^key pair "new": region ${region} has 130 key pairs and takes no more \\(code QuotaExceed.KeyPair, request id ${REQUEST_ID}\\). Delete key pairs that nobody needs, or use another region.$`,
      ),
    });
    expect(store.import("elsewhere", { name: "new", publicKey }).name).toBe("new");
    store.deleteMany("elsewhere", ["new"]);
  });

  test.for(["ssh-rsa AAAA\nssh-rsa AAAA", 'from="x" KEY', "KEY\nKEY", "---- BEGIN SSH2 PUBLIC KEY ----", ""])(
    "takes no other form of a key than one OpenSSH line: %j",
    (text) => {
      const error = failure(create({ publicKey: text.replaceAll("KEY", publicKey) }));
      expect(error.details.cloudCode).toBe("InvalidPublicKeyBody.Malformed");
    },
  );

  it("shows nothing of a private key that came in the place of a public one", async () => {
    const { privateKey } = await generateKeyPair({ type: "ed25519" });
    const error = failure(create({ publicKey: privateKey }));
    const told = JSON.stringify([error.message, error.details, String(error.cause)]);
    for (const line of privateKey.split("\n").slice(1, -2)) expect(told).not.toContain(line);
  });
});

describe("attachments in the store", () => {
  it("tell of each instance whether it was done", () => {
    store.import(region, { name: "bound", publicKey });
    expect(store.attach(region, "bound", ["i-1", "ghost"])).toEqual([
      { instanceId: "i-1" },
      {
        instanceId: "ghost",
        failure: {
          cloudCode: "InvalidInstanceId.NotFound",
          message: "The specified instance does not exist.",
        },
      },
    ]);
    expect(store.attachedInstances(region, "bound")).toEqual(["i-1"]);
    expect(store.attachedInstances(region, "none")).toEqual([]);
  });
});
