import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBackendCatalog } from "../../provider/backends";
import type { BackendCatalog } from "../../provider/core/backend";
import type { ProviderSettings } from "../../provider/core/connection";
import { KeyPairError } from "../../provider/core/errors";
import { keyPairSetResource } from "../../provider/core/keyPairSet";
import type { CheckedKeyPairSetArgs, KeyPairSetArgs, KeyPairSetState } from "../../provider/core/model";
import type { OperationContext } from "../../provider/core/resource/contract";
import { RunMemory } from "../../provider/core/resource/runMemory";
import {
  fingerprintSha256,
  formatPublicKeyLine,
  generateKeyPair,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../provider/keys";
import { Random } from "../chaos/random";
import type { Fault } from "../emulator/ecs/faults";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../emulator/ecs/server";

/* Sets on the wire of ECS, with its faults, in the process of the tests. */

const REGIONS = ["cn-hangzhou", "eu-central-1", "us-west-1"];
const URN = "urn:pulumi:dev::test::keypair:index:KeyPairSet::team";

let line: string;
let emulator: EcsEmulator;
let catalog: BackendCatalog;
let run: RunMemory;
let warnings: string[];
let progress: string[];

beforeEach(async () => {
  line ??= await newLine();
  await start();
});

afterEach(() => stop());

async function newLine(): Promise<string> {
  return formatPublicKeyLine((await generateKeyPair({ type: "ecdsa" })).publicKey);
}

async function start(options: EcsEmulatorOptions = {}): Promise<void> {
  emulator = await startEcsEmulator({ hasFastKeys: true, ...options });
  newRun();
}

/** Another emulator than the one that each test has. */
async function restart(options: EcsEmulatorOptions): Promise<void> {
  await stop();
  await start(options);
}

async function stop(): Promise<void> {
  await catalog.closeAll();
  await emulator.close();
}

/** The next run of the engine is another process. */
function newRun(): void {
  catalog = createBackendCatalog();
  run = new RunMemory();
  warnings = [];
  progress = [];
}

function settings(): ProviderSettings {
  return {
    connection: { backend: "alibaba", region: REGIONS[0] ?? "", endpoint: emulator.endpoint },
    credentials: { accessKeyId: TEST_ACCESS_KEY.id, accessKeySecret: TEST_ACCESS_KEY.secret },
    timeoutSeconds: 60,
    projectFolder: "/nowhere",
  };
}

function context(timeoutSeconds = 60): OperationContext {
  return {
    settings: settings(),
    catalog,
    run,
    operation: {
      signal: new AbortController().signal,
      deadline: Date.now() + timeoutSeconds * 1000,
      progress: (message) => progress.push(message),
    },
    warn: (message) => warnings.push(message),
  };
}

function checked(news: KeyPairSetArgs, olds: Partial<CheckedKeyPairSetArgs> = {}): CheckedKeyPairSetArgs {
  const { args, failures } = keyPairSetResource.check({
    logicalName: "team",
    urn: URN,
    olds,
    news,
    settings: settings(),
    catalog,
    run,
  });
  expect(failures).toEqual([]);
  return args as CheckedKeyPairSetArgs;
}

const create = (news: KeyPairSetArgs, timeoutSeconds?: number) =>
  keyPairSetResource.create(checked(news), context(timeoutSeconds));
const update = (state: KeyPairSetState, news: KeyPairSetArgs, timeoutSeconds?: number) =>
  keyPairSetResource.update("team-*", state, checked(news, state), context(timeoutSeconds));
const remove = (state: KeyPairSetState, timeoutSeconds?: number) =>
  keyPairSetResource.delete("team-*", state, context(timeoutSeconds));
const changesOf = (state: KeyPairSetState, news: KeyPairSetArgs) =>
  keyPairSetResource.diff({ state, args: checked(news, state), ...context() }).changes;

/** The names in all regions. */
function names(): string[] {
  return REGIONS.flatMap((region) =>
    emulator.store.list(region).keyPairs.map(({ name }) => `${region}/${name}`),
  ).sort();
}

/** What is in the state and not in the cloud, or the other way round, or with another key. */
function mismatches({ keyPairs }: KeyPairSetState): string[] {
  const inState = Object.values(keyPairs).flatMap((regions) =>
    Object.entries(regions).map(
      ([region, pair]) => `${region}/${pair.keyPairName} ${pair.fingerprintSha256}`,
    ),
  );
  const inCloud = REGIONS.flatMap((region) =>
    emulator.store
      .list(region)
      .keyPairs.map(
        ({ name, publicKey }) => `${region}/${name} ${fingerprintSha256(readPublicKey(publicKey))}`,
      ),
  );
  const both = new Set([...inState, ...inCloud]);
  return [...both].filter((pair) => !inState.includes(pair) || !inCloud.includes(pair));
}

/** Every created pair's private key is known, and is its key. */
function expectPrivateKeys({ keyPairs, privateKeys, created = [] }: KeyPairSetState): void {
  for (const member of created) {
    const key = fingerprintSha256(publicKeyOfPrivateKey(privateKeys[member] ?? ""));
    for (const pair of Object.values(keyPairs[member] ?? {})) expect(pair.fingerprintSha256).toBe(key);
  }
}

function members(count: number, prefix = "m"): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, line]));
}

const team = (): KeyPairSetArgs => ({
  publicKeys: members(10),
  created: ["ci", "bastion"],
  keyGeneration: { source: "local", type: "ecdsa" },
  regions: REGIONS,
  tags: { team: "ops" },
  connection: { endpoint: emulator.endpoint },
});

describe("nothing is lost and nothing is made twice", () => {
  test("when the cloud throttles each region to a few calls a second", async () => {
    await restart({ callsPerSecond: 30 });
    const { state, incomplete } = await create(team());
    expect(incomplete).toBeUndefined();
    expect(names()).toHaveLength(36);
    expect(mismatches(state)).toEqual([]);
    expectPrivateKeys(state);
    newRun();
    await remove(state);
    expect(names()).toEqual([]);
  });

  test("when every fourth reply is lost, after or before the effect", async () => {
    for (const [index, action] of ["ImportKeyPair", "DeleteKeyPairs"].entries()) {
      emulator.faults.add({ fault: "lost-reply", when: "after", action, from: 2 + index, times: 3 });
      emulator.faults.add({ fault: "lost-reply", when: "before", action, from: 9 + index, times: 2 });
    }
    const { state, incomplete } = await create(team());
    expect(incomplete).toBeUndefined();
    expect(mismatches(state)).toEqual([]);
    expectPrivateKeys(state);
    newRun();
    await remove(state);
    expect(names()).toEqual([]);
  });

  test("when the cloud has 5xx, and gateways answer in its place", async () => {
    emulator.faults.add({ fault: "error", status: 503, code: "ServiceUnavailable", from: 3, times: 4 });
    emulator.faults.add({
      fault: "error",
      status: 500,
      code: "InternalError",
      when: "after",
      action: "ImportKeyPair",
      from: 8,
      times: 2,
    });
    emulator.faults.add({ fault: "html", when: "after", action: "ImportKeyPair", from: 15, times: 2 });
    const { state, incomplete } = await create(team());
    expect(incomplete).toBeUndefined();
    expect(mismatches(state)).toEqual([]);
    expectPrivateKeys(state);
  });

  test("when reads lag behind writes", async () => {
    await restart({ readLagMs: 1_500 });
    const { state } = await create(team());
    newRun();
    emulator.faults.add({ fault: "lost-reply", when: "after", action: "ImportKeyPair", times: 2 });
    const other = await newLine();
    const news = { ...team(), publicKeys: { ...members(9), m1: other, m10: line } };
    const { state: after, incomplete } = await update(state, news);
    expect(incomplete).toBeUndefined();
    expect(mismatches(after)).toEqual([]);
    newRun();
    await remove(after);
    expect(names()).toEqual([]);
  });

  test("when the time is up in the middle: the next run does what is missing", async () => {
    await restart({ latencyMs: 50, callsPerSecond: 20 });
    const news = { publicKeys: members(200), regions: ["cn-hangzhou"] };
    const { state, incomplete } = await create(news, 4);
    expect(incomplete?.message).toMatch(/^\d+ of 200 key pairs failed:/);
    expect(mismatches(state)).toEqual([]);
    const made = names().length;
    expect(made).toBeGreaterThan(20);
    newRun();
    emulator.setRate(undefined);
    const before = emulator.count("ImportKeyPair");
    const { state: after, incomplete: none } = await update(state, news);
    expect(none).toBeUndefined();
    expect(emulator.count("ImportKeyPair") - before).toBe(200 - made);
    expect(mismatches(after)).toEqual([]);
    expect(changesOf(after, news)).toEqual([]);
  });
});

describe("somebody else's", () => {
  test("pair with a member's name is left, and the others are made", async () => {
    const other = await newLine();
    emulator.store.import("eu-central-1", { name: "team-m3", publicKey: other });
    const { state, incomplete } = await create(team());
    expect(incomplete?.message).toContain(
      'team-m3 (eu-central-1): a key pair "team-m3" is there already, with another key',
    );
    expect(names()).toHaveLength(36);
    expect(state.keyPairs["m3"]).not.toHaveProperty("eu-central-1");
    expect(emulator.store.find("eu-central-1", "team-m3")?.publicKey).toBe(other);
    newRun();
    await remove(state);
    expect(names()).toEqual(["eu-central-1/team-m3"]);
  });

  test("pair with the same key is taken over with onExisting adopt", async () => {
    for (const region of REGIONS) emulator.store.import(region, { name: "team-m3", publicKey: line });
    const before = emulator.count("ImportKeyPair");
    const { state, incomplete } = await create({ ...team(), onExisting: "adopt" });
    expect(incomplete).toBeUndefined();
    expect(emulator.count("ImportKeyPair") - before).toBe(36);
    expect(mismatches(state)).toEqual([]);
    expect(emulator.store.find("us-west-1", "team-m3")?.tags).toEqual({ team: "ops" });
  });

  test("key in the place of a member's is left at the end", async () => {
    const { state } = await create(team());
    newRun();
    const other = await newLine();
    emulator.store.deleteMany("us-west-1", ["team-m5"]);
    emulator.store.import("us-west-1", { name: "team-m5", publicKey: other });
    await remove(state);
    expect(names()).toEqual(["us-west-1/team-m5"]);
    expect(warnings).toEqual([expect.stringContaining("so somebody replaced it")]);
  });
});

describe("a pair that instances use", () => {
  test("is named, and the others are gone; the next run ends it", async () => {
    const { state } = await create(team());
    newRun();
    emulator.store.attach("cn-hangzhou", "team-m2", ["i-1"]);
    const error = await remove(state, 4).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toContain(
      "1 of 36 key pairs failed:\n- team-m2 (cn-hangzhou): it is still attached to i-1",
    );
    expect(names()).toEqual(["cn-hangzhou/team-m2"]);
    newRun();
    emulator.store.detach("cn-hangzhou", "team-m2", ["i-1"]);
    await remove(state);
    expect(names()).toEqual([]);
  });

  test("is waited for while its key changes", async () => {
    const { state } = await create(team());
    newRun();
    emulator.store.attach("cn-hangzhou", "team-m2", ["i-1"]);
    const other = await newLine();
    setTimeout(() => emulator.store.detach("cn-hangzhou", "team-m2", ["i-1"]), 1_000);
    const { state: after, incomplete } = await update(state, {
      ...team(),
      publicKeys: { ...members(10), m2: other },
    });
    expect(incomplete).toBeUndefined();
    expect(mismatches(after)).toEqual([]);
    expect(emulator.store.find("cn-hangzhou", "team-m2")?.publicKey).toBe(other);
  });
});

/*
 * Random changes, with faults in between, each in a run of its own. After any of them no private key of a pair is lost, and once the
 * faults have ended, one refresh and one update bring the cloud to what the program says.
 */
describe("random changes and faults", () => {
  const FAULTS: Fault[] = [
    { fault: "lost-reply", when: "after", from: 2, times: 2 },
    { fault: "lost-reply", when: "before", from: 3, times: 2 },
    { fault: "error", status: 503, code: "ServiceUnavailable", from: 2, times: 3 },
    { fault: "error", status: 403, code: "Forbidden.RAM", action: "ImportKeyPair", from: 2, times: 2 },
    { fault: "error", status: 403, code: "Forbidden.RAM", action: "DeleteKeyPairs", times: 2 },
    {
      fault: "error",
      status: 400,
      code: "InvalidPublicKeyBody.Malformed",
      action: "ImportKeyPair",
      times: 1,
    },
    { fault: "throttle", from: 2, times: 5 },
  ];

  test.each([1, 2, 3, 4, 5, 6])("story %i", { timeout: 240_000 }, async (seed) => {
    const random = new Random(seed);
    const keys = await Promise.all(Array.from({ length: 4 }, newLine));
    let news: KeyPairSetArgs = { ...team(), publicKeys: { anna: line, bert: line }, tagChanges: "update" };
    let state: KeyPairSetState | undefined;
    for (let round = 0; round < 7; round++) {
      news = changed(news, random, keys);
      const isCalm = round === 6;
      emulator.faults.clear();
      if (!isCalm) for (let n = random.int(0, 2); n > 0; n--) emulator.faults.add(random.pick(FAULTS));
      newRun();
      if (state && (isCalm || random.int(0, 1) === 0)) {
        emulator.faults.clear();
        state = (await keyPairSetResource.read("team-*", state, context()))?.state as KeyPairSetState;
        newRun();
      }
      state = await brought(state, news);
      if (state) expectNoKeyLost(state);
    }
    expect(state).toBeDefined();
    if (!state) return;
    expect(changesOf(state, news)).toEqual([]);
    expect(mismatches(state)).toEqual([]);
    expectPrivateKeys(state);
    newRun();
    await remove(state);
    expect(names()).toEqual([]);
  });

  /** As the engine does it: a set of which nothing was made is made anew the next time. */
  async function brought(state: KeyPairSetState | undefined, news: KeyPairSetArgs) {
    if (state) return (await update(state, news)).state;
    try {
      return (await create(news)).state;
    } catch (error) {
      expect(error).toBeInstanceOf(KeyPairError);
      return undefined;
    }
  }

  function changed(news: KeyPairSetArgs, random: Random, keys: string[]): KeyPairSetArgs {
    const member = random.pick(["anna", "bert", "carla", "dora"]);
    const { [member]: known, ...others } = news.publicKeys ?? {};
    switch (random.int(0, 6)) {
      case 0:
        return { ...news, publicKeys: { ...others, [member]: random.pick(keys) } };
      case 1:
        return { ...news, publicKeys: known === undefined ? { ...others, [member]: line } : others };
      case 2:
        return { ...news, regions: random.pick([REGIONS, REGIONS.slice(0, 2), REGIONS.slice(1)]) };
      case 3:
        return { ...news, keyPairNamePrefix: random.pick(["team-", "crew-"]) };
      case 4:
        return { ...news, tags: { team: random.pick(["ops", "dev"]) } };
      case 5:
        return { ...news, keepers: { n: random.pick(["1", "2"]) } };
      default:
        return { ...news, created: random.pick([["ci"], ["ci", "bastion"], ["bastion"]]) };
    }
  }

  /** Whatever failed: of each created pair in the state, the private key is in the state too. */
  function expectNoKeyLost(state: KeyPairSetState): void {
    const held = [...Object.values(state.privateKeys), ...Object.values(state.__olderPrivateKeys ?? {})].map(
      (key) => fingerprintSha256(publicKeyOfPrivateKey(key)),
    );
    for (const regions of Object.values(state.__notes)) {
      for (const note of Object.values(regions)) {
        if (!note.isImported && note.publicKeyBody === undefined && !note.__isDoubtful)
          expect(held).toContain(note.__ownKey);
      }
    }
  }
});

test("500 pairs take as few calls as the cloud allows", { timeout: 120_000 }, async () => {
  const news: KeyPairSetArgs = {
    publicKeys: members(250),
    created: Object.keys(members(250, "c")),
    tags: { team: "ops", stage: "test" },
  };
  const begin = Date.now();
  const { state, incomplete } = await create(news);
  expect(incomplete).toBeUndefined();
  // While the cloud makes keys, the region is listed every two seconds: up to three times, since pairs come while its pages are read.
  const laterListings = Math.floor((Date.now() - begin) / 2_000);
  expect(emulator.count()).toBeLessThanOrEqual(500 + laterListings * 3 * (500 / 50) + 5);
  expect(progress.at(-1)).toMatch(/^\d+ of 500 key pairs/);

  const calls = async (work: () => Promise<unknown>) => {
    newRun();
    const before = emulator.count();
    await work();
    return emulator.count() - before;
  };
  const read = () => keyPairSetResource.read("team-*", state, context());
  expect(await calls(read)).toBeLessThanOrEqual(500 / 50 + 2);
  expect(await calls(() => update(state, news))).toBe(0);
  expect(await calls(() => remove(state))).toBeLessThanOrEqual(500 / 100 + 500 / 50 + 5);
  expect(names()).toEqual([]);
});

test("the quota of a region is known before a call, with the program's other pairs", () => {
  const { failures } = keyPairSetResource.check({
    logicalName: "team",
    urn: URN,
    olds: {},
    news: { publicKeys: members(300), created: Object.keys(members(201, "c")) },
    settings: settings(),
    catalog,
    run,
  });
  expect(failures).toEqual([
    { property: "", reason: "cn-hangzhou takes at most 500 key pairs, and there would be 501." },
  ]);
  expect(emulator.count()).toBe(0);
});
