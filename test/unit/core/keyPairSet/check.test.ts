import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { keyPairResource } from "../../../../provider/core/keyPair";
import { UNKNOWN } from "../../../../provider/core/unknown";
import { convertPrivateKey } from "../../../../provider/keys";
import { testFolder } from "../support/context";
import { ed25519Key, privateKeyTexts, rsaKey, tracesOf } from "../support/keys";
import { FakeCloud, SET_URN } from "../support/regions";

const anna = rsaKey("anna");
const bert = rsaKey("bert").publicKey;

let cloud: FakeCloud;
let folder: string;

beforeEach(() => {
  cloud = new FakeCloud();
  folder = testFolder();
  cloud.projectFolder = folder;
  mkdirSync(join(folder, "keys"));
});

const keyFile = (name: string, contents: string) => writeFileSync(join(folder, "keys", name), contents);
const failuresOf = (...args: Parameters<FakeCloud["check"]>) => cloud.check(...args).failures;
const propertiesOf = (...args: Parameters<FakeCloud["check"]>) =>
  failuresOf(...args)
    .map(({ property }) => property)
    .sort();

test("reports arguments of a wrong type", () => {
  expect(failuresOf({ created: "ci" })).toEqual([{ property: "created", reason: "must be a list." }]);
});

describe("the folder", () => {
  test("is refused where no key file is in it: a checkout without the files would remove everybody", () => {
    keyFile(".gitkeep", "");
    expect(failuresOf({ publicKeyFolder: "keys", created: ["ci"] })).toEqual([
      {
        property: "publicKeyFolder",
        reason: `${join(folder, "keys")} holds no key file. If all members of it are to leave, take publicKeyFolder out of the program.`,
      },
    ]);
  });

  test("is not the one that private keys are written to", () => {
    keyFile("anna.pub", anna.publicKey);
    const news = { publicKeyFolder: "keys", privateKeyFolder: "./keys/", created: ["ci"] };
    expect(propertiesOf(news)).toEqual(["privateKeyFolder"]);
  });

  test("gives a member for each key file, in every format, of private keys the public half only", () => {
    keyFile("anna.pub", `${anna.publicKey} anna@laptop\n`);
    keyFile("bert.smith.txt", bert);
    keyFile("ppk.ppk", convertPrivateKey(anna.privateKey, "ppk", "x"));
    keyFile("id_rsa", rsaKey("dora").privateKey);
    keyFile(".gitkeep", "");
    const { args, failures } = cloud.check({ publicKeyFolder: "keys" });
    expect(failures).toEqual([]);
    expect(args.__folderKeys).toEqual({
      anna: `${anna.publicKey} anna@laptop`,
      "bert.smith": bert,
      id_rsa: rsaKey("dora").publicKey,
      ppk: `${anna.publicKey} x`,
    });
    const stored = JSON.stringify(args);
    for (const key of [anna, rsaKey("dora")])
      expect(tracesOf(key.privateKey).filter((trace) => stored.includes(trace))).toEqual([]);
  });

  test("takes both files of ssh-keygen as one member, the public one", () => {
    keyFile("anna", anna.privateKey);
    keyFile("anna.pub", `${anna.publicKey} anna@laptop`);
    const { args, failures } = cloud.check({ publicKeyFolder: "keys" });
    expect(failures).toEqual([]);
    expect(args.__folderKeys).toEqual({ anna: `${anna.publicKey} anna@laptop` });
    expect(tracesOf(anna.privateKey).filter((trace) => JSON.stringify(args).includes(trace))).toEqual([]);
  });

  test("refuses two files of one name with different keys", () => {
    keyFile("anna", anna.privateKey);
    keyFile("anna.pub", bert);
    expect(failuresOf({ publicKeyFolder: "keys" })).toEqual([
      {
        property: "anna",
        reason: "keys/anna and keys/anna.pub both name anna, with different keys: keep one of them.",
      },
    ]);
  });

  test("refuses a key file that somebody put aside: its member would keep its access", () => {
    const names = [
      ...["bert.BAK", "bert.disabled", "bert.off", "bert.old", "bert.orig", "bert.pub.bak", "bert.pub~"],
      ...["bert.save", "bert.swp", "bert.tmp", "bert~", "emil.pub.txt"],
    ];
    for (const name of names) keyFile(name, bert);
    expect(propertiesOf({ publicKeyFolder: "keys" })).toEqual(names);
    const reasonOf = (name: string) =>
      failuresOf({ publicKeyFolder: "keys" }).find(({ property }) => property === name)?.reason;
    expect(reasonOf("bert.old")).toBe(
      "bert.old counts as put aside: take the file out of publicKeyFolder, or begin its name with a dot. If it is a member's key, give it the ending .pub.",
    );
    expect(reasonOf("emil.pub.txt")).toBe(
      '"emil.pub" would be a member: take the file out of publicKeyFolder, or begin its name with a dot. For a member of its own, give it another name.',
    );
  });

  test("takes a name like those of files put aside with an ending of its own", () => {
    keyFile("bert.old.pub", bert);
    expect(cloud.checked({ publicKeyFolder: "keys" }).__folderKeys).toEqual({ "bert.old": bert });
  });

  test("takes the public half of a private key file that has an ending", () => {
    keyFile("deploy.key.pub", bert);
    expect(cloud.checked({ publicKeyFolder: "keys" }).__folderKeys).toEqual({ "deploy.key": bert });
  });

  test("refuses by name what holds no key, and a member who is named twice", () => {
    keyFile("anna.pub", anna.publicKey);
    keyFile("README.md", "our keys");
    mkdirSync(join(folder, "keys/old"));
    const news = { publicKeyFolder: "keys", publicKeys: { bert, anna: bert }, created: ["bert"] };
    expect(propertiesOf(news)).toEqual(["README.md", "anna.pub", "created", "old"]);
    expect(failuresOf(news).find(({ property }) => property === "anna.pub")?.reason).toBe(
      "the member anna is named twice: publicKeys.anna names it too.",
    );
  });

  test("is refused if it cannot be read", () => {
    expect(failuresOf({ publicKeyFolder: "nowhere" })).toEqual([
      { property: "publicKeyFolder", reason: expect.stringContaining("there is no such file or folder") },
    ]);
  });

  test("is not read when the engine gives the stored arguments, as ignoreChanges does", () => {
    keyFile("anna.pub", anna.publicKey);
    const stored = cloud.checked({ publicKeyFolder: "keys" });
    keyFile("bert.pub", bert);
    expect(cloud.checked(stored, stored)).toEqual(stored);
    expect(cloud.checked({ publicKeyFolder: "keys" }, stored).__folderKeys).toHaveProperty("bert");
  });

  test("keeps the stored line of a key whose comment has changed", () => {
    keyFile("anna.pub", `${anna.publicKey} old`);
    const stored = cloud.checked({ publicKeyFolder: "keys" });
    keyFile("anna.pub", `${anna.publicKey} new`);
    expect(cloud.checked({ publicKeyFolder: "keys" }, stored)).toEqual(stored);
  });
});

describe("given keys", () => {
  test("have all their problems told at once, each at its member", () => {
    const news = { publicKeys: { anna: "no key", bert: 5, carla: null, dora: bert, "1 2": bert } };
    expect(propertiesOf(news)).toEqual([
      "publicKeys.1 2",
      "publicKeys.anna",
      "publicKeys.bert",
      "publicKeys.carla",
    ]);
  });

  test.each(Object.entries(privateKeyTexts()))(
    "a private key (%s) is refused, and told and stored nowhere",
    (_, text) => {
      const result = cloud.check({ publicKeys: { anna: text, [text]: bert }, created: [text] });
      expect(result.failures.length).toBeGreaterThan(0);
      const told = JSON.stringify(result);
      expect(tracesOf(text).filter((trace) => told.includes(trace))).toEqual([]);
    },
  );

  test("are not told while the region is not known", () => {
    const { args, failures } = cloud.check({ publicKeys: { bert }, connection: { region: UNKNOWN } });
    expect(failures).toEqual([]);
    expect(args).not.toHaveProperty("keyPairs");
  });

  test("that are not known yet stay unknown, and are members", () => {
    const { args, failures } = cloud.check({ publicKeys: { anna: UNKNOWN, bert } });
    expect(failures).toEqual([]);
    expect(args.publicKeys).toEqual({ anna: UNKNOWN, bert });
    expect(cloud.check({ publicKeys: UNKNOWN }).args.publicKeys).toBe(UNKNOWN);
  });
});

describe("the arguments together", () => {
  test("must name members, and a place for private keys that are not saved", () => {
    expect(failuresOf({})).toEqual([{ property: "", reason: expect.stringContaining("no members") }]);
    expect(propertiesOf({ created: ["ci"], savePrivateKeys: false })).toEqual(["savePrivateKeys"]);
    expect(propertiesOf({ created: [], publicKeys: {} })).toEqual([]);
  });

  test("say the regions in one way", () => {
    const regions = ["a", "b"];
    expect(propertiesOf({ created: ["ci"], regions, connection: { region: "a" } })).toEqual(["connection"]);
    expect(propertiesOf({ created: ["ci"], regions: [] })).toEqual(["regions"]);
    expect(propertiesOf({ created: ["ci"], regions: ["a", "a"] })).toEqual(["regions"]);
  });

  test("have all their problems told at once, and who is named twice", () => {
    const long = "x".repeat(140);
    const created = ["ci", "ci", "../evil", long, "", "dora", "dora", "ci"];
    expect(failuresOf({ created, regions: ["a", "b", "a", ""] })).toEqual([
      { property: "created", reason: 'must not name "ci", "dora" twice.' },
      { property: "regions", reason: 'must not name "a" twice.' },
      { property: "regions", reason: "a region must not be empty." },
      { property: "created", reason: "a member's name must not be empty." },
      { property: "created", reason: expect.stringContaining('"team-../evil" cannot be a name') },
      { property: "created", reason: expect.stringContaining(`"team-${long}" cannot be a name`) },
    ]);
    expect(failuresOf({ created: ["ci", "ci"], publicKeys: { ci: bert } })).toEqual([
      { property: "created", reason: 'must not name "ci" twice.' },
      { property: "created", reason: "the member ci is named twice: publicKeys.ci names it too." },
    ]);
  });

  test("a prefix that no name can start with is told once", () => {
    const news = { publicKeys: { anna: bert, bert }, keyPairNamePrefix: "1-" };
    expect(failuresOf(news)).toEqual([
      { property: "keyPairNamePrefix", reason: expect.stringContaining('"1-" cannot start a name') },
    ]);
    expect(propertiesOf({ publicKeys: { anna: bert } }, { logicalName: "2" })).toEqual(["keyPairNamePrefix"]);
    expect(propertiesOf({ publicKeys: { anna: bert }, keyPairNamePrefix: "" })).toEqual([]);
  });

  test("outputs and misspelt arguments are refused", () => {
    expect(propertiesOf({ created: ["ci"], keyPairs: {}, publickeys: {} })).toEqual([
      "keyPairs",
      "publickeys",
    ]);
  });

  test("tags and default tags are checked", () => {
    expect(propertiesOf({ created: ["ci"], tags: { "acs:a": "1" } })).toEqual(["tags"]);
  });
});

describe("other resources of the program", () => {
  test("cannot have a name of the set in the same place, in whatever order", () => {
    const { settings, catalog, run } = cloud;
    const single = (urn: string) =>
      keyPairResource.check({
        logicalName: "x",
        urn,
        olds: {},
        news: { keyPairName: "team-anna", publicKeyBody: bert },
        settings,
        catalog,
        run,
      }).failures;
    expect(single("urn:one")).toEqual([]);
    expect(failuresOf({ publicKeys: { anna: bert, bert } })).toEqual([
      { property: "publicKeys.anna", reason: expect.stringContaining("(urn:one)") },
    ]);
    cloud.newRun();
    expect(failuresOf({ publicKeys: { anna: bert } })).toEqual([]);
    const { settings: s, catalog: c, run: r } = cloud;
    const after = keyPairResource.check({
      logicalName: "x",
      urn: "urn:one",
      olds: {},
      news: { keyPairName: "team-anna", publicKeyBody: bert },
      settings: s,
      catalog: c,
      run: r,
    });
    expect(after.failures).toEqual([
      { property: "keyPairName", reason: expect.stringContaining(`${SET_URN}, member anna`) },
    ]);
  });

  test("count for the quota of the region", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`m${n}`, bert]));
    expect(failuresOf({ publicKeys: many }, { urn: "urn:a", logicalName: "a" })).toEqual([]);
    expect(failuresOf({ publicKeys: many }, { urn: "urn:b", logicalName: "b" })).toEqual([
      {
        property: "",
        reason:
          "here takes at most 500 key pairs, and there would be 600 (300 of this set, 300 of other resources of the program).",
      },
    ]);
  });
});

describe("the files of private keys", () => {
  const news = { created: ["ci"], privateKeyFolder: "keys" };

  test("must be writable, and hold no other key", () => {
    expect(propertiesOf(news)).toEqual([]);
    keyFile("ci.pem", anna.privateKey);
    expect(failuresOf(news)).toEqual([
      { property: "privateKeyFolder", reason: expect.stringContaining("holds another private key already") },
    ]);
    expect(propertiesOf({ ...news, onExisting: "adopt" })).toEqual([]);
  });

  test("may lie in a folder that will be made", () => {
    expect(propertiesOf({ ...news, privateKeyFolder: ".keys/of/team" })).toEqual([]);
    keyFile("file", bert);
    expect(propertiesOf({ ...news, privateKeyFolder: "keys/file/team" })).toEqual(["privateKeyFolder"]);
  });

  test("are no other set's, also in a folder that will be made", () => {
    const set = { ...news, privateKeyFolder: ".keys/of/team" };
    expect(propertiesOf(set)).toEqual([]);
    const { failures } = cloud.check({ ...set, keyPairNamePrefix: "b-" }, { urn: `${SET_URN}-b` });
    expect(failures).toEqual([
      { property: "privateKeyFolder", reason: expect.stringContaining("another resource of this program") },
    ]);
  });
});

test("ed25519 keys on ECS are warned of once, whoever has them", () => {
  const keys = Object.fromEntries(["a", "b", "c"].map((name) => [name, ed25519Key(name).publicKey]));
  expect(cloud.check({ publicKeys: keys }).warnings).toEqual([
    expect.stringMatching(/^a, b, c: ECS does not document ssh-ed25519 keys/),
  ]);
});

test("members with the same key are warned of: taking out one of them takes no access away", () => {
  keyFile("bert.pub", bert);
  keyFile("bert.old.pub", `${bert} bert@laptop`);
  const { warnings } = cloud.check({
    publicKeyFolder: "keys",
    publicKeys: { anna: anna.publicKey, dora: bert },
  });
  expect(warnings).toEqual([
    "dora, bert.old, bert: these members have the same key, so taking out one of them takes no access away",
  ]);
});

describe("a member's name", () => {
  test.each(["__proto__", "constructor", "toString", ""])("is not %j, wherever it is given", (name) => {
    const publicKeys = Object.fromEntries([[name, bert]]);
    expect(propertiesOf({ publicKeys, created: ["ci"] })).toEqual(["publicKeys"]);
    expect(propertiesOf({ created: [name] })).toEqual(["created"]);
    if (name === "") return;
    keyFile(`${name}.pub`, bert);
    expect(propertiesOf({ publicKeyFolder: "keys" })).toEqual([`${name}.pub`]);
  });

  test("differs from the others in more than upper and lower case where private keys are written", () => {
    expect(propertiesOf({ created: ["ci", "CI"], privateKeyFolder: ".keys" })).toEqual(["created"]);
  });
});
