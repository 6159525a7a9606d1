import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { KeyPairSetState } from "../../../../provider/core/model";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../../../provider/keys";
import { testFolder, useFakeTime, withoutWaiting } from "../support/context";
import { failureOf } from "../support/failureOf";
import {
  fails,
  fine,
  lostAfterTheEffect,
  lostBeforeTheEffect,
  meanwhile,
  type Step,
} from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { FakeCloud } from "../support/regions";

const anna = ed25519Key("anna").publicKey;
const bert = ed25519Key("bert").publicKey;
const other = ed25519Key("another's").publicKey;
const TWO = { regions: ["east", "west"] };

let cloud: FakeCloud;

beforeEach(() => {
  cloud = new FakeCloud();
});

/** The set as the first `up` leaves it, seen by a new run. */
async function made(news: object): Promise<KeyPairSetState> {
  const { state, incomplete } = await cloud.create(news);
  expect(incomplete).toBeUndefined();
  cloud.newRun();
  return state;
}

const fingerprint = (publicKey: string) => fingerprintSha256(readPublicKey(publicKey));
const fingerprintOfPrivate = (privateKey = "") => fingerprintSha256(publicKeyOfPrivateKey(privateKey));

describe("a new set", () => {
  test("has a pair of each member in each region", async () => {
    const state = await made({ publicKeys: { bert, anna }, ...TWO, tags: { team: "ops" } });
    expect(cloud.names).toEqual(["east/team-anna", "east/team-bert", "west/team-anna", "west/team-bert"]);
    expect(cloud.in("east").pairs.get("team-anna")).toMatchObject({ publicKey: anna, tags: { team: "ops" } });
    expect(state.keyPairNames).toEqual(["team-anna", "team-bert"]);
    expect(Object.keys(state.keyPairs)).toEqual(["anna", "bert"]);
    expect(state.keyPairs["anna"]?.["west"]).toMatchObject({
      keyPairName: "team-anna",
      publicKey: anna,
      fingerprintSha256: fingerprint(anna),
      keyType: "ssh-ed25519",
      region: "west",
    });
    expect(state.privateKeys).toEqual({});
  });

  test("counts a pair whose region nobody named as that of one region, not of all", async () => {
    const state = await made({ publicKeys: { anna }, regions: ["east"] });
    const { region: _unknown, ...facts } = state.keyPairs["anna"]?.["east"] ?? {};
    const nameless = {
      ...state,
      keyPairs: { anna: { default: facts } },
      __notes: { anna: { default: state.__notes["anna"]?.["east"] } },
    } as KeyPairSetState;
    const { paths } = cloud.diff(nameless, { publicKeys: { anna }, ...TWO });
    expect(paths).toEqual([{ property: "keyPairs", path: "keyPairs.anna.west", kind: "add" }]);
  });

  test("is reported to its end, also where a refresh or a removal is quick", async () => {
    const created = cloud.context();
    const { state } = await cloud.create({ publicKeys: { anna, bert } }, created);
    expect(created.progress.at(-1)).toBe("2 of 2 key pairs");
    const refreshed = cloud.context();
    await cloud.refresh(state, refreshed);
    expect(refreshed.progress.at(-1)).toBe("2 of 2 key pairs");
    const deleted = cloud.context();
    await cloud.delete(state, deleted);
    expect(deleted.progress.at(-1)).toBe("2 of 2 key pairs");
  });

  test("lies in the configured region if it names none", async () => {
    const state = await made({ publicKeys: { anna } });
    expect(cloud.names).toEqual(["here/team-anna"]);
    expect(Object.keys(state.keyPairs["anna"] ?? {})).toEqual(["here"]);
  });

  test("lies in the region that only the cloud knows, and is found there again", async () => {
    cloud.defaultRegion = undefined;
    const state = await made({ publicKeys: { anna } });
    expect(Object.keys(state.keyPairs["anna"] ?? {})).toEqual(["the cloud's own"]);
    expect(cloud.diff(state, { publicKeys: { anna } }).changes).toEqual([]);
  });

  test("has one private key for all regions of a created member, and another for each member", async () => {
    const news = { created: ["ci", "bastion"], keyGeneration: { source: "local", type: "ed25519" }, ...TWO };
    const state = await made(news);
    const { ci, bastion } = state.privateKeys;
    expect(fingerprintOfPrivate(ci)).not.toBe(fingerprintOfPrivate(bastion));
    for (const region of TWO.regions) {
      expect(state.keyPairs["ci"]?.[region]?.fingerprintSha256).toBe(fingerprintOfPrivate(ci));
      expect(state.keyPairs["bastion"]?.[region]?.fingerprintSha256).toBe(fingerprintOfPrivate(bastion));
    }
    expect(cloud.writes).toEqual([]);
    expect(cloud.diff(state, news).changes).toEqual([]);
  });

  test("asks the cloud to make the key in one region", async () => {
    await cloud.create({ created: ["ci"] });
    expect(cloud.writes).toEqual(["here create team-ci"]);
  });

  test("writes the private keys, and can keep them out of the state", async () => {
    cloud.projectFolder = testFolder();
    const news = { created: ["ci"], privateKeyFolder: ".keys", savePrivateKeys: false, ...TWO };
    const state = await made({ ...news, keyGeneration: { source: "local", type: "ed25519" } });
    const file = join(cloud.projectFolder, ".keys/ci.pem");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(state.privateKeys).toEqual({});
    const held = fingerprintOfPrivate(readFileSync(file, "utf8"));
    expect(state.keyPairs["ci"]?.["west"]?.fingerprintSha256).toBe(held);
    expect(JSON.stringify(state)).not.toContain("PRIVATE KEY");
    expect(
      cloud.diff(state, { ...news, keyGeneration: { source: "local", type: "ed25519" } }).changes,
    ).toEqual([]);
  });
});

describe("a changed set", () => {
  test("changes the pairs of the members that differ, and no others", async () => {
    const state = await made({ publicKeys: { anna, bert, dora: anna }, ...TWO });
    const news = { publicKeys: { anna, bert: other, carla: bert }, ...TWO };
    expect(cloud.diff(state, news).summary).toBe(
      "add carla in 2 regions; bert: another key in 2 regions; remove dora",
    );
    const { state: after, incomplete } = await cloud.update(state, news);
    expect(incomplete).toBeUndefined();
    expect(cloud.writes).toEqual(
      ["east", "west"].flatMap((region) =>
        ["delete team-bert", "delete team-dora", "import team-bert", "import team-carla"].map(
          (call) => `${region} ${call}`,
        ),
      ),
    );
    expect(after.keyPairNames).toEqual(["team-anna", "team-bert", "team-carla"]);
    expect(cloud.in("west").pairs.get("team-bert")?.publicKey).toBe(other);
    expect(cloud.diff(after, news).changes).toEqual([]);
  });

  test("with the same members is no change, whatever the order, the comment or the format", async () => {
    const state = await made({ publicKeys: { anna, bert }, created: ["ci", "x"], ...TWO });
    const same = {
      publicKeys: { bert: `${bert} bert@desktop`, anna: `\n  ${anna}\r\n` },
      created: ["x", "ci"],
      regions: ["west", "east"],
    };
    expect(cloud.diff(state, same)).toMatchObject({ changes: [], summary: undefined, warnings: [] });
    expect((await cloud.update(state, same)).state.keyPairs).toEqual(state.keyPairs);
    expect(cloud.writes).toEqual([]);
  });

  test("gets and leaves regions", async () => {
    const state = await made({ publicKeys: { anna }, created: ["ci"] });
    const news = { publicKeys: { anna }, created: ["ci"], regions: ["here", "west"] };
    expect(cloud.diff(state, news).summary).toBe("add anna, ci in west");
    const { state: wide } = await cloud.update(state, news);
    expect(cloud.writes).toEqual(["west import team-anna", "west import team-ci"]);
    expect(wide.keyPairs["ci"]?.["west"]?.publicKey).toBe(state.keyPairs["ci"]?.["here"]?.publicKey);
    expect(wide.privateKeys).toEqual(state.privateKeys);
    cloud.newRun();
    const { state: moved } = await cloud.update(wide, { ...news, regions: ["west"] });
    expect(cloud.writes).toEqual(["here delete team-anna", "here delete team-ci"]);
    expect(moved.privateKeys).toEqual(state.privateKeys);
  });

  test("says from where to where its pairs go, by member", async () => {
    const state = await made({ publicKeys: { anna, bert, dora: other }, regions: ["east"] });
    const members = { publicKeys: { anna, bert } };
    expect(cloud.diff(state, { publicKeys: { anna, bert, carla: other }, regions: ["west"] }).summary).toBe(
      "add carla; anna, bert: from east to west; remove dora",
    );
    cloud.newRun();
    const four = { ...members, regions: ["a", "b", "c", "d"] };
    expect(cloud.diff(state, four).summary).toBe("anna, bert: from east to 4 regions; remove dora");
    cloud.newRun();
    const wide = { ...members, regions: ["east", "b", "c"] };
    expect(cloud.diff(state, wide).summary).toBe("add anna, bert in b, c; remove dora");
    const { state: after } = await cloud.update(state, wide);
    cloud.newRun();
    expect(cloud.diff(after, { ...members, regions: ["b"] }).summary).toBe("remove anna, bert from c, east");
  });

  test("says that an old pair of a member goes, and not the member", async () => {
    const state = await made({ publicKeys: { anna } });
    cloud.in("here").script("deleteKeyPair", fails("PermissionDenied"));
    const crew = { publicKeys: { anna }, keyPairNamePrefix: "crew-" };
    const { state: after } = await cloud.update(state, crew);
    cloud.newRun();
    expect(cloud.diff(after, crew).summary).toBe("remove the old pair of anna");
  });

  test("with another prefix makes the new pairs first, with the same keys, then removes the old ones", async () => {
    const state = await made({ publicKeys: { anna }, created: ["ci"] });
    const { state: after } = await cloud.update(state, {
      publicKeys: { anna },
      created: ["ci"],
      keyPairNamePrefix: "crew-",
    });
    expect(cloud.in("here").writes.map((call) => call.split(" ")[0])).toEqual([
      "import",
      "import",
      "delete",
      "delete",
    ]);
    expect(cloud.names).toEqual(["here/crew-anna", "here/crew-ci"]);
    expect(after.privateKeys).toEqual(state.privateKeys);
    expect(after).not.toHaveProperty("__leftOver");
  });

  test("in another account is made there first, with the same keys, then removed where it was", async () => {
    const state = await made({ publicKeys: { anna }, created: ["ci"] });
    const news = { publicKeys: { anna }, created: ["ci"], connection: { path: "other" } };
    expect(cloud.diff(state, news).summary).toBe("anna, ci: made again because of another place");
    cloud.in("here", "other").script("importKeyPair", fails("PermissionDenied"));
    const { state: half, incomplete } = await cloud.update(state, news);
    expect(incomplete?.message).toContain("1 of 2 key pairs failed");
    expect(cloud.names).toEqual(["here/team-anna", "other:here/team-ci"]);
    cloud.newRun();
    const { state: after } = await cloud.update(half, news);
    expect(cloud.names).toEqual(["other:here/team-anna", "other:here/team-ci"]);
    expect(after.privateKeys).toEqual(state.privateKeys);
    expect(cloud.diff(after, news).changes).toEqual([]);
  });

  test("gets no pair with the credentials of another account, unless it moves there", async () => {
    const [ours, theirs] = [{ id: "ours" }, { id: "theirs" }];
    cloud.in("here").ownerOfPairs = ours;
    cloud.in("here", "other").ownerOfPairs = theirs;
    const state = await made({ publicKeys: { anna } });
    cloud.in("here").ownerOfPairs = theirs;
    const refusal = '"team-anna" (fake here) belongs to account ours, and these credentials';
    for (const news of [
      { publicKeys: { anna, bert } },
      { publicKeys: { anna }, keyPairNamePrefix: "crew-" },
    ]) {
      const { state: after, incomplete } = await cloud.update(state, news);
      expect(incomplete?.message).toContain(refusal);
      expect(after.keyPairs).toEqual(state.keyPairs);
      expect(cloud.names).toEqual(["here/team-anna"]);
      cloud.newRun();
    }
    cloud.in("here").ownerOfPairs = ours;
    const { incomplete } = await cloud.update(state, {
      publicKeys: { anna, bert },
      connection: { path: "other" },
    });
    expect(incomplete).toBeUndefined();
    expect(cloud.names).toEqual(["other:here/team-anna", "other:here/team-bert"]);
  });

  test("gets no pair with the credentials of another account in a new region either", async () => {
    cloud.backend = "alibaba";
    cloud.in("here").ownerOfPairs = { id: "ours" };
    cloud.in("east").ownerOfPairs = { id: "theirs" };
    const news = { publicKeys: { rsa: rsaKey("rsa").publicKey } };
    const state = await made(news);
    const wide = { ...news, regions: ["here", "east"] };
    const { state: after, incomplete } = await cloud.update(state, wide);
    expect(incomplete?.message).toContain(
      'key pair "team-rsa" (alibaba here) belongs to account ours, and these credentials',
    );
    expect(after.keyPairs).toEqual(state.keyPairs);
    expect(cloud.names).toEqual(["here/team-rsa"]);
  });

  test("is not deleted to be made again with the credentials of another account", async () => {
    cloud.backend = "alibaba";
    cloud.in("here").ownerOfPairs = { id: "ours" };
    cloud.in("here", "b").ownerOfPairs = { id: "theirs" };
    const state = await made({ publicKeys: { rsa: rsaKey("rsa").publicKey } });
    const { incomplete } = await cloud.update(state, {
      publicKeys: { rsa: rsaKey("other").publicKey },
      connection: { profile: "b" },
    });
    expect(incomplete?.message).toContain("belongs to account ours, and these credentials");
    expect(cloud.writes).toEqual([]);
    expect(cloud.names).toEqual(["here/team-rsa"]);
  });

  test("may belong to another user in each region of an OpenStack cloud", async () => {
    cloud.backend = "openstack";
    cloud.in("here").ownerOfPairs = { id: "one" };
    cloud.in("east").ownerOfPairs = { id: "two" };
    const state = await made({ publicKeys: { anna } });
    const { incomplete } = await cloud.update(state, { publicKeys: { anna }, regions: ["here", "east"] });
    expect(incomplete).toBeUndefined();
    expect(cloud.names).toEqual(["east/team-anna", "here/team-anna"]);
  });

  test("changes tags in place or anew, member by member", async () => {
    const news = { publicKeys: { anna }, created: ["ci"], tags: { team: "ops" } };
    const state = await made(news);
    const inPlace = { ...news, tags: { team: "dev" }, tagChanges: "update" };
    expect(cloud.diff(state, inPlace).summary).toBe("anna, ci: other tags");
    const { state: changed } = await cloud.update(state, inPlace);
    expect(cloud.writes).toEqual(["here changeTags team-anna", "here changeTags team-ci"]);
    cloud.newRun();
    const other = { ...news, tags: { team: "qa" } };
    expect(cloud.diff(changed, other).summary).toBe("anna, ci: made again because of other tags");
    const { state: anew } = await cloud.update(changed, other);
    expect(cloud.writes).toEqual([
      "here delete team-anna",
      "here delete team-ci",
      "here import team-anna",
      "here import team-ci",
    ]);
    expect(anew.privateKeys).toEqual(state.privateKeys);
    expect(cloud.in("here").pairs.get("team-ci")?.tags).toEqual({ team: "qa" });
  });

  test("rotates created members when keepers change, and warns once a member", async () => {
    const news = { created: ["ci"], keepers: { year: "2026" }, ...TWO };
    const state = await made(news);
    const next = { ...news, keepers: { year: "2027" } };
    const { warnings, summary } = cloud.diff(state, next);
    expect(summary).toBe("ci: another key in 2 regions");
    expect(warnings).toEqual([
      expect.stringMatching(
        /^ci gets a new key \(keepers\), which rotates its private key SHA256:\S+: keep the old one \(before the update, `pulumi stack export --show-secrets` shows it\) until/,
      ),
    ]);
    const { state: after } = await cloud.update(state, next);
    expect(after.privateKeys["ci"]).not.toBe(state.privateKeys["ci"]);
    expect(after.keyPairs["ci"]?.["east"]?.publicKey).toBe(after.keyPairs["ci"]?.["west"]?.publicKey);
    expect(after).not.toHaveProperty("__olderPrivateKeys");
    expect(cloud.diff(after, next).changes).toEqual([]);
  });

  test("rotates also if the keepers came later than the key", async () => {
    cloud.in("here").generated.push(rsaKey("first").privateKey, rsaKey("second").privateKey);
    const state = await made({ created: ["ci"] });
    const { state: kept } = await cloud.update(state, { created: ["ci"], keepers: { year: "1" } });
    expect(kept.privateKeys).toEqual(state.privateKeys);
    cloud.newRun();
    const { state: after } = await cloud.update(kept, { created: ["ci"], keepers: { year: "2" } });
    expect(after.privateKeys["ci"]).not.toBe(state.privateKeys["ci"]);
  });

  test("rotates also if the keepers came later, and an old pair of the member could not be removed", async () => {
    const news = { created: ["ci"], keyGeneration: { source: "local", type: "ed25519" } };
    let state = await made(news);
    const first = state.privateKeys["ci"];
    const crew = { ...news, keyPairNamePrefix: "crew-" };
    for (const next of [crew, { ...crew, keepers: { n: "1" } }]) {
      cloud.in("here").script("deleteKeyPair", fails("PermissionDenied"));
      ({ state } = await cloud.update(state, next));
      cloud.newRun();
    }
    expect(state.privateKeys["ci"]).toBe(first);
    const next = { ...crew, keepers: { n: "2" } };
    expect(cloud.diff(state, next).warnings).toEqual([
      expect.stringContaining("ci gets a new key (keepers)"),
    ]);
    const { state: after } = await cloud.update(state, next);
    expect(after.privateKeys["ci"]).not.toBe(first);
    expect(cloud.names).toEqual(["here/crew-ci"]);
  });

  test("rotates also in a region that an interrupted run kept from noting the first keepers", async () => {
    const news = { created: ["ci"], keyGeneration: { source: "local", type: "ed25519" }, ...TWO };
    const state = await made({ ...news, keepers: { n: "1" } });
    const { keepers: _notNoted, ...west } = state.__notes["ci"]?.["west"] ?? {};
    const interrupted = { ...state, __notes: { ci: { ...state.__notes["ci"], west } } } as KeyPairSetState;
    const { state: after } = await cloud.update(interrupted, { ...news, keepers: { n: "2" } });
    const rotated = fingerprintOfPrivate(after.privateKeys["ci"]);
    expect(rotated).not.toBe(fingerprintOfPrivate(state.privateKeys["ci"]));
    expect(TWO.regions.map((region) => after.keyPairs["ci"]?.[region]?.fingerprintSha256)).toEqual([
      rotated,
      rotated,
    ]);
  });

  test("moves the old key's file aside when it rotates", async () => {
    cloud.projectFolder = testFolder();
    const news = { created: ["ci"], privateKeyFolder: "keys", keepers: { n: "1" } };
    cloud.in("here").generated.push(rsaKey("first").privateKey, rsaKey("second").privateKey);
    const state = await made(news);
    const context = cloud.context();
    const { state: after } = await cloud.update(state, { ...news, keepers: { n: "2" } }, context);
    expect(context.warnings).toEqual([expect.stringContaining("ci.pem.old-")]);
    const file = join(cloud.projectFolder, "keys/ci.pem");
    expect(fingerprintOfPrivate(readFileSync(file, "utf8"))).toBe(
      fingerprintOfPrivate(after.privateKeys["ci"]),
    );
  });

  test("rotates nothing if the new private key could not be written", async () => {
    cloud.projectFolder = testFolder();
    const news = { created: ["ci"], privateKeyFolder: "keys", keepers: { n: "1" } };
    const state = await made(news);
    const file = join(cloud.projectFolder, "keys/ci.pem");
    writeFileSync(file, rsaKey("somebody's").privateKey);
    const { state: after, incomplete } = await cloud.update(state, { ...news, keepers: { n: "2" } });
    expect(incomplete?.message).toContain("holds another private key already");
    expect(cloud.writes).toEqual([]);
    expect(after.privateKeys).toEqual(state.privateKeys);
  });

  test("writes a key's file again that was lost", async () => {
    cloud.projectFolder = testFolder();
    const news = { created: ["ci"], privateKeyFolder: "keys" };
    const state = await made(news);
    const file = join(cloud.projectFolder, "keys/ci.pem");
    rmSync(file);
    expect(cloud.diff(state, news).summary).toBe("ci: its private key's file");
    await cloud.update(state, news);
    expect(existsSync(file)).toBe(true);
    expect(cloud.writes).toEqual([]);
  });

  test("keeps its names when it is renamed in the program", async () => {
    const state = await made({ publicKeys: { anna } });
    const { args } = cloud.check({ publicKeys: { anna } }, { logicalName: "crew", olds: state });
    expect(args).toMatchObject({ keyPairNamePrefix: "team-" });
  });
});

describe("drift", () => {
  test("is seen by member, and only that is mended", async () => {
    const news = {
      publicKeys: { anna, bert },
      created: ["ci"],
      tags: { team: "ops" },
      tagChanges: "update",
      ...TWO,
    };
    const state = await made(news);
    cloud.in("east").pairs.delete("team-anna");
    cloud.in("west").pairs.delete("team-ci");
    cloud.in("east").put("team-bert", bert, { tags: { team: "changed" } });
    const seen = await withoutLag(() => cloud.refresh(state));
    expect(cloud.diff(seen, news).summary).toBe("add anna in east; add ci in west; bert: other tags in east");
    const { state: mended } = await cloud.update(seen, news);
    expect(cloud.writes).toEqual([
      "east changeTags team-bert",
      "east import team-anna",
      "west import team-ci",
    ]);
    expect(mended.privateKeys).toEqual(state.privateKeys);
    expect(mended.keyPairs["ci"]?.["west"]?.publicKey).toBe(state.keyPairs["ci"]?.["east"]?.publicKey);
    expect(cloud.diff(mended, news).changes).toEqual([]);
  });

  test("a created member whose pairs are all lost is made again with its key", async () => {
    const state = await made({ created: ["ci"] });
    cloud.in("here").pairs.clear();
    const seen = await withoutLag(() => cloud.refresh(state));
    expect(seen).toMatchObject({ keyPairNames: [], privateKeys: state.privateKeys });
    const { state: mended } = await cloud.update(seen, { created: ["ci"] });
    expect(mended.privateKeys).toEqual(state.privateKeys);
    expect(cloud.writes).toEqual(["here import team-ci"]);
  });

  test("somebody else's key in place is neither deleted nor written over", async () => {
    const news = { publicKeys: { anna, bert } };
    const state = await made(news);
    cloud.in("here").put("team-anna", other);
    const seen = await withoutLag(() => cloud.refresh(state));
    expect(cloud.diff(seen, news).summary).toBe("anna: another key");
    const context = cloud.context();
    const { state: after, incomplete } = await withoutLag(() => cloud.update(seen, news, context));
    expect(incomplete?.message).toContain('a key pair "team-anna" is there already, with another key');
    expect(context.warnings).toEqual([expect.stringContaining("was left alone")]);
    expect(cloud.in("here").pairs.get("team-anna")?.publicKey).toBe(other);
    expect(after.keyPairNames).toEqual(["team-anna", "team-bert"]);
  });

  test("a refresh that cannot look at all pairs fails, and names the reason once", async () => {
    const state = await made({ publicKeys: { anna, bert } });
    cloud.in("here").script("findKeyPair", fails("PermissionDenied"), fails("PermissionDenied"));
    const error = await failureOf(cloud.refresh(state));
    expect(error.message).toBe(
      "2 of 2 key pairs failed:\n- team-anna, team-bert: the cloud answered PermissionDenied. Nothing was changed.",
    );
  });
});

describe("when something fails", () => {
  test("the rest is made and recorded, and the next update does what is missing", async () => {
    const news = { publicKeys: { anna, bert, carla: anna }, ...TWO };
    cloud.in("west").script("importKeyPair", fails("PermissionDenied"), fails("PermissionDenied"));
    const { state, incomplete } = await cloud.create(news);
    expect(incomplete?.message).toMatch(
      /^2 of 6 key pairs failed:\n- team-anna \(west\), team-bert \(west\): the cloud answered PermissionDenied/,
    );
    expect(cloud.names).toHaveLength(4);
    cloud.newRun();
    expect(cloud.diff(state, news).summary).toBe("add anna, bert in west");
    const { state: after, incomplete: none } = await cloud.update(state, news);
    expect(none).toBeUndefined();
    expect(cloud.writes).toEqual(["west import team-anna", "west import team-bert"]);
    expect(cloud.diff(after, news).changes).toEqual([]);
  });

  test("a set of which nothing was made is no set", async () => {
    cloud.in("here").script("importKeyPair", fails("PermissionDenied"));
    const error = await failureOf(cloud.create({ publicKeys: { anna } }));
    expect(error.message).toBe(
      "1 of 1 key pairs failed:\n- team-anna: the cloud answered PermissionDenied. Nothing was made.",
    );
  });

  test("the private key of a created member is not lost between regions", async () => {
    cloud.in("west").script("importKeyPair", fails("Unauthenticated"));
    const { state, incomplete } = await cloud.create({ created: ["ci"], ...TWO });
    expect(incomplete).toBeDefined();
    expect(fingerprintOfPrivate(state.privateKeys["ci"])).toBe(
      state.keyPairs["ci"]?.["east"]?.fingerprintSha256,
    );
    cloud.newRun();
    const { state: after } = await cloud.update(state, { created: ["ci"], ...TWO });
    expect(after.privateKeys).toEqual(state.privateKeys);
    expect(cloud.writes).toEqual(["west import team-ci"]);
  });

  test("the next region makes the key if the first one refuses", async () => {
    cloud.in("east").script("importKeyPair", fails("PermissionDenied"));
    const { state } = await cloud.create({ created: ["ci"], ...TWO });
    expect(Object.keys(state.keyPairs["ci"] ?? {})).toEqual(["west"]);
    expect(fingerprintOfPrivate(state.privateKeys["ci"])).toBe(
      state.keyPairs["ci"]?.["west"]?.fingerprintSha256,
    );
  });

  test.each(["InvalidKey", "Configuration", "Unauthenticated"] as const)(
    "the old key is put back when the new one is refused for good: %s",
    async (code) => {
      const state = await made({ publicKeys: { anna, bert } });
      cloud.in("here").script("importKeyPair", fails(code));
      const { state: after, incomplete } = await cloud.update(state, { publicKeys: { anna: other, bert } });
      expect(incomplete?.message).toContain("The key pair has its old key again.");
      expect(cloud.in("here").pairs.get("team-anna")?.publicKey).toBe(anna);
      expect(after.keyPairs["anna"]?.["here"]?.publicKey).toBe(anna);
      cloud.newRun();
      expect(cloud.diff(after, { publicKeys: { anna: other, bert } }).summary).toBe("anna: another key");
      expect(cloud.diff(after, { publicKeys: { anna, bert } }).summary).toBeUndefined();
    },
  );

  test("the private key of an old key that may be put back or not is kept", async () => {
    const news = { created: ["ci"], keepers: { n: "1" }, ...TWO };
    const state = await made(news);
    useFakeTime();
    cloud
      .in("west")
      .script("importKeyPair", fails("Refused"), lostAfterTheEffect)
      .script("findKeyPair", fine, fine, fine, fails("Unavailable"));
    const { state: after } = await withoutWaiting(() =>
      cloud.update(state, { ...news, keepers: { n: "2" } }),
    );
    expect(cloud.in("west").pairs.get("team-ci")?.publicKey).toBe(state.keyPairs["ci"]?.["west"]?.publicKey);
    expect(Object.values(after.__olderPrivateKeys ?? {})).toEqual([state.privateKeys["ci"]]);
  });

  test("a rotation that reached one region goes on with the new key, and keeps the old one as long as it is in use", async () => {
    const news = { created: ["ci"], keepers: { n: "1" }, ...TWO };
    const state = await made(news);
    const next = { ...news, keepers: { n: "2" } };
    cloud.in("west").script("deleteKeyPair", fails("PermissionDenied"));
    const { state: half, incomplete } = await cloud.update(state, next);
    expect(incomplete).toBeDefined();
    const [oldKey, newKey] = [state.privateKeys["ci"], half.privateKeys["ci"]];
    expect(newKey).not.toBe(oldKey);
    expect(Object.values(half.__olderPrivateKeys ?? {})).toEqual([oldKey]);
    cloud.newRun();
    // The old key was warned of when the rotation began.
    expect(cloud.diff(half, next).warnings).toEqual([]);
    const { state: whole } = await cloud.update(half, next);
    expect(whole.privateKeys["ci"]).toBe(newKey);
    expect(whole).not.toHaveProperty("__olderPrivateKeys");
    expect(cloud.writes).toEqual(["west delete team-ci", "west import team-ci"]);
    // Or the change is taken back: then the region that has the old key wins.
    cloud.newRun();
    cloud.in("west").put("team-ci", state.keyPairs["ci"]?.["west"]?.publicKey ?? "");
    const [east, west] = [half, state].map(({ keyPairs }) => keyPairs["ci"]?.["east"]?.fingerprintSha256);
    expect(cloud.diff(half, news).warnings).toEqual([
      `ci goes back to its key ${west}, which gives up its private key ${east}: keep it (before the update, ` +
        "`pulumi stack export --show-secrets` shows it) until no machine needs it.",
    ]);
    const { state: back } = await cloud.update(half, news);
    expect(back.privateKeys["ci"]).toBe(oldKey);
    expect(cloud.writes).toEqual(["east delete team-ci", "east import team-ci"]);
  });

  test("a pair that cannot be removed stays known, and the next update removes it", async () => {
    const state = await made({ publicKeys: { anna, bert } });
    cloud.in("here").script("deleteKeyPair", fails("PermissionDenied"), fails("PermissionDenied"));
    const crew = { publicKeys: { anna, bert }, keyPairNamePrefix: "crew-" };
    const { state: after, incomplete } = await cloud.update(state, crew);
    expect(incomplete?.message).toContain("team-anna, team-bert");
    expect(after.keyPairNames).toEqual(["crew-anna", "crew-bert"]);
    cloud.newRun();
    const { state: clean } = await cloud.update(after, crew);
    expect(cloud.writes).toEqual(["here delete team-anna", "here delete team-bert"]);
    expect(clean).not.toHaveProperty("__leftOver");
    // Or the change is taken back before that: the old pairs are there still.
    const { state: back } = await cloud.update(after, { publicKeys: { anna, bert } });
    expect(back.keyPairNames).toEqual(["team-anna", "team-bert"]);
  });

  test("an old pair is not removed while the new one is missing", async () => {
    const state = await made({ publicKeys: { anna } });
    cloud.in("here").script("importKeyPair", fails("PermissionDenied"));
    const { state: after } = await cloud.update(state, { publicKeys: { anna }, keyPairNamePrefix: "crew-" });
    expect(cloud.names).toEqual(["here/team-anna"]);
    expect(after.keyPairs["anna"]?.["here"]?.keyPairName).toBe("team-anna");
  });

  test("new pairs that a full region refused are made once the old ones have gone", async () => {
    const state = await made({ publicKeys: { anna } });
    cloud.in("here").script("importKeyPair", fails("QuotaExceeded"));
    const { state: after, incomplete } = await cloud.update(state, { publicKeys: { bert } });
    expect(incomplete).toBeUndefined();
    expect(after.keyPairNames).toEqual(["team-bert"]);
  });

  test("a full region that refuses another prefix and another key: what could be made is made, and nothing is lost", async () => {
    const state = await made({ publicKeys: { anna, bert, dora: anna } });
    cloud.in("here").script("importKeyPair", fails("QuotaExceeded"), fails("QuotaExceeded"));
    const news = { publicKeys: { anna, bert }, keyPairNamePrefix: "crew-" };
    const { state: after, incomplete } = await cloud.update(state, news);
    expect(incomplete).toBeUndefined();
    expect(cloud.names).toEqual(["here/crew-anna", "here/crew-bert"]);
    expect(after).not.toHaveProperty("__leftOver");
    cloud.newRun();
    cloud.in("here").script("importKeyPair", fails("QuotaExceeded"));
    const { incomplete: refused } = await cloud.update(after, { ...news, publicKeys: { anna: other } });
    expect(refused?.message).toContain("crew-anna");
    expect(cloud.in("here").pairs.get("crew-anna")?.publicKey).toBe(anna);
  });

  test("a lost reply is looked into, and nothing is made twice", async () => {
    cloud.in("here").script("importKeyPair", lostAfterTheEffect);
    const { state, incomplete } = await withoutLag(() => cloud.create({ publicKeys: { anna, bert } }));
    expect(incomplete).toBeUndefined();
    expect(state.keyPairNames).toEqual(["team-anna", "team-bert"]);
    expect(cloud.writes).toEqual(["here import team-anna", "here import team-bert"]);
  });

  test("a pair that takes the name of another member's, about which the state is in doubt, stays", async () => {
    const there = cloud.in("here");
    there.script("createKeyPair", lostBeforeTheEffect).script("findKeyPair", fine, fails("Unavailable"));
    useFakeTime();
    const doubtful = { created: ["west-ci"], keyPairNamePrefix: "team-" };
    const { state, incomplete } = await withoutWaiting(() => cloud.create(doubtful));
    expect(incomplete?.message).toContain("it is not known whether");
    cloud.newRun();
    const news = { created: ["ci"], keyPairNamePrefix: "team-west-" };
    await withoutWaiting(() => cloud.update(state, news));
    expect(there.writes).toEqual(["create team-west-ci"]);
    expect(cloud.names).toEqual(["here/team-west-ci"]);
  });

  describe("of which there are more than go at once", () => {
    const names = Array.from({ length: 101 }, (_, n) => `m${String(n).padStart(3, "0")}`);
    const publicKeys = Object.fromEntries(names.map((name) => [name, anna]));
    const slow: Step = async (effect) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return effect();
    };

    test.each<[string, "createKeyPair" | "importKeyPair", object]>([
      ["that the cloud makes", "createKeyPair", { created: names }],
      ["that the program gives", "importKeyPair", { publicKeys }],
    ])(
      "with keys %s: a pair that somebody makes meanwhile is left after a lost reply",
      async (_, method, news) => {
        const there = cloud.in("here");
        const somebodyElse = meanwhile(() => there.put("team-m100", anna, { tags: { of: "theirs" } }), slow);
        there.script(method, somebodyElse, ...Array(99).fill(slow), lostBeforeTheEffect);
        useFakeTime();
        const { state, incomplete } = await withoutWaiting(() => cloud.create(news));
        expect(incomplete?.message).toContain("1 of 101 key pairs failed:");
        expect(incomplete?.message).toContain('a key pair "team-m100" is there already');
        expect(there.calls).not.toContain("find team-m000 exact");
        cloud.newRun();
        await withoutWaiting(() => cloud.delete(state));
        expect([...there.pairs.values()]).toMatchObject([{ name: "team-m100", tags: { of: "theirs" } }]);
      },
    );

    test("a key that somebody replaces while others are deleted is left", async () => {
      useFakeTime();
      const state = await made({ publicKeys });
      await vi.advanceTimersByTimeAsync(3_600_000);
      const there = cloud.in("here");
      const somebodyElse = meanwhile(() => there.put("team-m100", other), slow);
      there.script("deleteKeyPair", somebodyElse, ...Array(99).fill(slow));
      await withoutWaiting(() => cloud.delete(state));
      expect([...there.pairs.values()]).toMatchObject([{ name: "team-m100", publicKey: other }]);
    });
  });

  test("an interrupted run records what it did, and the next one does the rest", async () => {
    const controller = new AbortController();
    const context = cloud.context();
    const news = { publicKeys: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`m${n}`, anna])) };
    cloud
      .in("here")
      .script("importKeyPair", ...Array(150).fill((effect: () => unknown) => effect()), (effect) => {
        controller.abort();
        return effect();
      });
    const { state, incomplete } = await cloud.create(news, {
      ...context,
      operation: { ...context.operation, signal: controller.signal },
    });
    expect(incomplete?.message).toContain("interrupted");
    const count = cloud.names.length;
    expect(state.keyPairNames).toHaveLength(count);
    expect(count).toBeLessThan(300);
    cloud.newRun();
    const { incomplete: none } = await cloud.update(state, news);
    expect(none).toBeUndefined();
    expect(cloud.writes).toHaveLength(300 - count);
  });
});

describe("a deleted set", () => {
  test("is gone with all its pairs; one listing is the look before the deletions", async () => {
    const publicKeys = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`m${n}`, anna]));
    const state = await made({ publicKeys });
    await withoutLag(() => cloud.delete(state));
    expect(cloud.names).toEqual([]);
    expect(cloud.in("here").calls.filter((call) => call.startsWith("find"))).toEqual([]);
  });

  test("of which many pairs have just gone waits once for all of them, and asks for each once", async () => {
    const publicKeys = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`m${n}`, anna]));
    const state = await made({ publicKeys });
    for (const name of [...cloud.in("here").pairs.keys()].slice(1)) cloud.in("here").pairs.delete(name);
    useFakeTime();
    const begin = Date.now();
    await withoutWaiting(() => cloud.delete(state));
    expect(Date.now() - begin).toBeLessThan(12_000);
    expect(cloud.names).toEqual([]);
    const looks = cloud.in("here").calls.filter((call) => call.startsWith("find"));
    expect(looks).toHaveLength(249);
  });

  test("removes a pair that reads show late", async () => {
    const publicKeys = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`m${n}`, anna]));
    const state = await made({ publicKeys });
    const { pairs } = cloud.in("here");
    const late = [...pairs];
    pairs.clear();
    useFakeTime();
    setTimeout(() => {
      for (const [name, pair] of late) pairs.set(name, pair);
    }, 5_000);
    await withoutWaiting(() => cloud.delete(state));
    expect(cloud.names).toEqual([]);
    expect(cloud.writes).toHaveLength(12);
  });

  test("names what is left, and the others are gone; the next run ends it", async () => {
    const state = await made({ publicKeys: { anna, bert, carla: anna } });
    cloud.in("here").script("deleteKeyPair", fails("PermissionDenied"));
    const error = await failureOf(cloud.delete(state));
    expect(error.message).toContain("1 of 3 key pairs failed:\n- team-anna: ");
    expect(error.message).toContain(
      "The other key pairs of the set are gone. Run it again for those that are left.",
    );
    expect(cloud.names).toEqual(["here/team-anna"]);
    cloud.newRun();
    await withoutLag(() => cloud.delete(state));
    expect(cloud.names).toEqual([]);
  });

  test("does not say that others are gone when none is", async () => {
    const state = await made({ publicKeys: { anna, bert } });
    cloud.in("here").script("deleteKeyPair", fails("PermissionDenied"), fails("PermissionDenied"));
    const error = await failureOf(cloud.delete(state));
    expect(error.message).toContain("2 of 2 key pairs failed:");
    expect(error.message).not.toContain("are gone");
  });

  test("leaves a pair whose key somebody replaced", async () => {
    const state = await made({ publicKeys: { anna, bert } });
    cloud.in("here").put("team-anna", other, { createdAt: "2020-01-01T00:00:00Z" });
    const context = cloud.context();
    await withoutLag(() => cloud.delete(state, context));
    expect(cloud.names).toEqual(["here/team-anna"]);
    expect(context.warnings).toEqual([expect.stringContaining('key pair "team-anna"')]);
  });

  test("waits for a pair in use after it has deleted the others", async () => {
    const state = await made({ publicKeys: { anna, bert } });
    cloud.in("here").script("deleteKeyPair", fails("InUse"), (effect) => effect(), fails("InUse"));
    await withoutLag(() => cloud.delete(state));
    expect(cloud.names).toEqual([]);
    expect(cloud.in("here").writes).toEqual([
      "delete team-anna",
      "delete team-bert",
      "delete team-anna",
      "delete team-anna",
    ]);
  });
});

/** Reads of young pairs may be late, and are waited for: not in these tests. */
function withoutLag<T>(action: () => Promise<T>): Promise<T> {
  useFakeTime();
  return withoutWaiting(action);
}

describe("nothing is lost", () => {
  test("when the new region refuses: the pairs of the old one stay until those of the new one are there", async () => {
    const state = await made({ publicKeys: { anna, bert }, regions: ["east"] });
    const news = { publicKeys: { anna, bert }, regions: ["west"] };
    cloud.in("west").script("importKeyPair", fails("PermissionDenied"), fails("PermissionDenied"));
    const { state: half, incomplete } = await cloud.update(state, news);
    expect(incomplete?.message).toContain("2 of 4 key pairs failed");
    expect(cloud.names).toEqual(["east/team-anna", "east/team-bert"]);
    cloud.newRun();
    await cloud.update(half, news);
    expect(cloud.names).toEqual(["west/team-anna", "west/team-bert"]);
  });

  test("when a full region refuses the pairs of another one: no room is made where none is needed", async () => {
    const state = await made({ publicKeys: { anna, bert }, regions: ["east"] });
    const full = () => fails("QuotaExceeded");
    cloud.in("west").script("importKeyPair", full(), full(), full(), full());
    await cloud.update(state, { publicKeys: { anna, bert }, regions: ["west"] });
    expect(cloud.names).toEqual(["east/team-anna", "east/team-bert"]);
  });

  test("when a member's new name is refused, the pair of the old name stays", async () => {
    const state = await made({ publicKeys: { anna } });
    cloud.in("here").script("importKeyPair", fails("Refused"));
    await cloud.update(state, { publicKeys: { anne: anna } });
    expect(cloud.names).toEqual(["here/team-anna"]);
  });

  test("when two pairs of a member's place are unwanted, and neither can go", async () => {
    const state = await made({ publicKeys: { anna } });
    const inUse = () => fails("InUse");
    const short = cloud.context({ timeoutSeconds: 1 });
    cloud.in("here").script("deleteKeyPair", ...Array.from({ length: 40 }, inUse));
    const { state: moved } = await cloud.update(
      state,
      { publicKeys: { anna }, keyPairNamePrefix: "new-" },
      short,
    );
    cloud.newRun();
    const again = cloud.context({ timeoutSeconds: 1 });
    const { state: left } = await cloud.update(moved, { publicKeys: {}, keyPairNamePrefix: "new-" }, again);
    const stored = [
      ...Object.values(left.keyPairs).flatMap((regions) => Object.values(regions)),
      ...(left.__leftOver ?? []).map(({ keyPair }) => keyPair),
    ].map(({ keyPairName }) => keyPairName);
    expect(stored.toSorted()).toEqual(["new-anna", "team-anna"]);
    expect(cloud.names).toEqual(["here/new-anna", "here/team-anna"]);
  });

  test("of a private key that is to be in its file only, when its pair is deleted and not made again", async () => {
    cloud.projectFolder = testFolder();
    const state = await made({ created: ["ci"], tags: { team: "ops" } });
    const news = { created: ["ci"], tags: { team: "qa" }, savePrivateKeys: false, privateKeyFolder: ".keys" };
    cloud.in("here").script("importKeyPair", fails("Unavailable"));
    const { state: half, incomplete } = await cloud.update(state, news);
    expect(incomplete?.message).toContain("The old key pair is deleted, and the new one is not there yet.");
    expect(half.privateKeys).toEqual(state.privateKeys);
    cloud.newRun();
    const { state: after } = await cloud.update(half, news);
    expect(after.privateKeys).toEqual({});
    const file = readFileSync(join(cloud.projectFolder, ".keys/ci.pem"), "utf8");
    expect(fingerprintOfPrivate(file)).toBe(fingerprintOfPrivate(state.privateKeys["ci"]));
  });

  test("of the key that a member had, when it is created again after it was imported", async () => {
    const created = { created: ["ci"], keyGeneration: { source: "local", type: "ed25519" } };
    const state = await made(created);
    const { state: imported } = await cloud.update(state, { publicKeys: { ci: bert } });
    expect(imported.privateKeys).toEqual({});
    cloud.newRun();
    const { state: after } = await cloud.update(imported, created);
    expect(fingerprintOfPrivate(after.privateKeys["ci"])).not.toBe(
      fingerprintOfPrivate(state.privateKeys["ci"]),
    );
  });
});
