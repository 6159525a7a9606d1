import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { KeyPairSetState } from "../../../../provider/core/model";
import { fingerprintSha256, publicKeyOfPrivateKey } from "../../../../provider/keys";
import { testFolder, useFakeTime, withoutWaiting } from "../support/context";
import { fails } from "../support/fakeBackend";
import { FakeCloud } from "../support/regions";

/* Private keys that are in files only, while their key pairs are made again or move. */

const OLD = "old";
const NEW = "new";
const CREATED = { created: ["ci"], keyGeneration: { source: "local", type: "ed25519" } };
const IN_FILE = { ...CREATED, savePrivateKeys: false, privateKeyFolder: OLD, tags: { team: "ops" } };

let cloud: FakeCloud;

beforeEach(() => {
  cloud = new FakeCloud();
  cloud.projectFolder = testFolder();
});

/** The set as the first `up` leaves it, seen by a new run. */
async function made(news: object = IN_FILE): Promise<KeyPairSetState> {
  const { state } = await cloud.create(news);
  expect(state.privateKeys).toEqual({});
  cloud.newRun();
  return state;
}

const file = (folder: string) => join(cloud.projectFolder, folder, "ci.pem");
const fingerprintIn = (privateKey = "") => fingerprintSha256(publicKeyOfPrivateKey(privateKey));
const fingerprintOf = ({ keyPairs }: KeyPairSetState) => keyPairs["ci"]?.["here"]?.fingerprintSha256;

describe.each([
  ["is made again", { tags: { team: "qa" } }],
  ["moves", { keyPairNamePrefix: "crew-" }],
  ["moves to another region", { regions: ["east"] }],
])("while the key pair %s", (_, change) => {
  test("the private key comes into the state, if it is to be saved from now on", async () => {
    const state = await made();
    const news = { ...IN_FILE, ...change, savePrivateKeys: true };
    const { state: after, incomplete } = await cloud.update(state, news);
    expect(incomplete).toBeUndefined();
    expect(fingerprintIn(after.privateKeys["ci"])).toBe(fingerprintOf(state));
    expect(cloud.diff(after, news).changes).toEqual([]);
  });

  test("the private key comes into the new folder", async () => {
    const state = await made();
    const news = { ...IN_FILE, ...change, privateKeyFolder: NEW };
    const { state: after, incomplete } = await cloud.update(state, news);
    expect(incomplete).toBeUndefined();
    expect(after.privateKeys).toEqual({});
    expect(fingerprintIn(readFileSync(file(NEW), "utf8"))).toBe(fingerprintOf(state));
    expect(cloud.diff(after, news).changes).toEqual([]);
  });

  test("nothing is deleted if the private key is not where it was written", async () => {
    const state = await made();
    rmSync(file(OLD));
    const news = { ...IN_FILE, ...change, privateKeyFolder: NEW };
    const { state: after, incomplete } = await cloud.update(state, news);
    expect(incomplete?.message).toContain("old/ci.pem does not hold it on this machine");
    expect(cloud.names).toEqual(["here/team-ci"]);
    expect(after.keyPairs).toEqual(state.keyPairs);
    expect(cloud.writes).toEqual([]);
  });
});

test("the file is known still when the key pair is gone, and another folder comes then", async () => {
  const state = await made();
  const anew = { ...IN_FILE, tags: { team: "qa" } };
  cloud.in("here").script("importKeyPair", fails("Unavailable"));
  const { state: without } = await cloud.update(state, anew);
  expect(without.keyPairNames).toEqual([]);
  cloud.newRun();
  const { state: after, incomplete } = await cloud.update(without, { ...anew, privateKeyFolder: NEW });
  expect(incomplete).toBeUndefined();
  expect(fingerprintIn(readFileSync(file(NEW), "utf8"))).toBe(fingerprintOf(state));
  expect(fingerprintOf(after)).toBe(fingerprintOf(state));
});

test("the file is known still when the old key was put back, and another folder comes then", async () => {
  const state = await made();
  const anew = { ...IN_FILE, tags: { team: "qa" } };
  cloud.in("here").script("importKeyPair", fails("PermissionDenied"));
  const { state: back, incomplete: refused } = await cloud.update(state, anew);
  expect(refused?.message).toContain("The key pair has its old key again.");
  cloud.newRun();
  const { incomplete } = await cloud.update(back, { ...IN_FILE, privateKeyFolder: NEW });
  expect(incomplete).toBeUndefined();
  expect(fingerprintIn(readFileSync(file(NEW), "utf8"))).toBe(fingerprintOf(state));
});

test("a machine without the file may make the pair again, if the key stays there", async () => {
  const state = await made();
  renameSync(join(cloud.projectFolder, OLD), join(cloud.projectFolder, "elsewhere"));
  const { state: after, incomplete } = await cloud.update(state, { ...IN_FILE, tags: { team: "qa" } });
  expect(incomplete).toBeUndefined();
  expect(fingerprintOf(after)).toBe(fingerprintOf(state));
  expect(after.privateKeys).toEqual({});
});

test("a rotation says which file has the old key", async () => {
  const news = { ...IN_FILE, keepers: { n: "1" } };
  const state = await made(news);
  expect(cloud.diff(state, { ...news, keepers: { n: "2" } }).warnings.join()).toContain(
    "keep the old one (in old/ci.pem, or moved aside from there) until no machine needs it.",
  );
});

test("a rotation that is taken back does not lose the old key, if its pair goes and is not made again", async () => {
  const news = { ...CREATED, keepers: { n: "1" }, regions: ["east", "west"] };
  const { state } = await cloud.create(news);
  cloud.newRun();
  cloud.in("west").script("deleteKeyPair", fails("PermissionDenied"));
  const { state: half } = await cloud.update(state, { ...news, keepers: { n: "2" } });
  cloud.newRun();
  for (const region of news.regions) cloud.in(region).script("importKeyPair", fails("Unavailable"));
  const { state: after } = await cloud.update(half, { ...news, tags: { team: "ops" } });
  expect(after.keyPairNames).toEqual([]);
  expect(after.privateKeys).toEqual(state.privateKeys);
});

test("the private key leaves the state with the last key pair that needed it there", async () => {
  const regions = ["east", "west"];
  const inState = { ...CREATED, regions, tagChanges: "update", tags: { team: "ops" } };
  const { state } = await cloud.create(inState);
  expect(fingerprintIn(state.privateKeys["ci"])).toBe(state.keyPairs["ci"]?.["east"]?.fingerprintSha256);
  cloud.newRun();
  const inFile = { ...inState, savePrivateKeys: false, privateKeyFolder: NEW, tags: { team: "qa" } };
  cloud.in("west").script("changeTags", fails("PermissionDenied"));
  const { state: half, incomplete } = await cloud.update(state, inFile);
  expect(incomplete).toBeDefined();
  expect(half.privateKeys).toEqual(state.privateKeys);
  cloud.newRun();
  const one = { ...inFile, regions: ["east"] };
  const { state: after } = await cloud.update(half, one);
  expect(after.privateKeys).toEqual({});
  expect(fingerprintIn(readFileSync(file(NEW), "utf8"))).toBe(fingerprintIn(state.privateKeys["ci"]));
  // A pair that is lost later is made again with the key of the file.
  cloud.newRun();
  const { state: wide, incomplete: none } = await cloud.update(after, inFile);
  expect(none).toBeUndefined();
  expect(wide.keyPairs["ci"]?.["west"]?.fingerprintSha256).toBe(
    state.keyPairs["ci"]?.["west"]?.fingerprintSha256,
  );
});

test("the private key stays in the state that the program wants it in, though the pairs that hold it there fail", async () => {
  const inFile = { ...IN_FILE, regions: ["east"], tagChanges: "update" };
  const { state } = await cloud.create(inFile);
  cloud.newRun();
  const saved = { ...inFile, regions: ["east", "west"], savePrivateKeys: true, tags: { team: "qa" } };
  cloud.in("east").script("changeTags", fails("PermissionDenied"), fails("PermissionDenied"));
  const { state: half } = await cloud.update(state, saved);
  expect(fingerprintIn(half.privateKeys["ci"])).toBe(half.keyPairs["ci"]?.["west"]?.fingerprintSha256);
  cloud.newRun();
  cloud.in("west").pairs.clear();
  useFakeTime();
  const seen = await withoutWaiting(() => cloud.refresh(half));
  cloud.in("west").script("importKeyPair", fails("QuotaExceeded"));
  const { state: after, incomplete } = await cloud.update(seen, saved);
  expect(incomplete).toBeDefined();
  expect(after.privateKeys).toEqual(half.privateKeys);
});

describe("a key pair whose private key is still in its file only, though the state has the key", () => {
  const inFile = { ...IN_FILE, regions: ["east", "west"], tagChanges: "update" };
  const saved = { ...inFile, savePrivateKeys: true, tags: { team: "qa" } };

  /** West stays as it was. Then the file is gone. */
  async function half(): Promise<KeyPairSetState> {
    const { state } = await cloud.create(inFile);
    cloud.newRun();
    cloud.in("west").script("changeTags", fails("PermissionDenied"));
    const { state: reached } = await cloud.update(state, saved);
    expect(fingerprintIn(reached.privateKeys["ci"])).toBe(state.keyPairs["ci"]?.["east"]?.fingerprintSha256);
    rmSync(file(OLD));
    cloud.newRun();
    return reached;
  }

  test("leaves the key in the state when it is the last one, and its file is not there", async () => {
    const state = await half();
    const news = { ...saved, savePrivateKeys: false, regions: ["west"] };
    const { state: after } = await cloud.update(state, news);
    expect(after.keyPairs["ci"]).not.toHaveProperty("east");
    expect(after.privateKeys).toEqual(state.privateKeys);
  });

  test("gets the key from the state", async () => {
    const { state: after, incomplete } = await cloud.update(await half(), saved);
    expect(incomplete).toBeUndefined();
    expect(cloud.diff(after, saved).changes).toEqual([]);
    cloud.newRun();
    const { state: moved } = await cloud.update(after, { ...saved, privateKeyFolder: NEW });
    expect(fingerprintIn(readFileSync(file(NEW), "utf8"))).toBe(fingerprintIn(moved.privateKeys["ci"]));
  });
});
