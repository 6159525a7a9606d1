import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type OrphansOptions, runOrphans } from "../../../provider/cli/orphans/command";
import type { Credentials, ResolvedConnection } from "../../../provider/core/backend";
import { KeyPairError } from "../../../provider/core/errors";
import { recordOutputs } from "../../../provider/core/keyPair/state";
import {
  catalogOf,
  FakeBackend,
  fails,
  lostAfterTheEffect,
  lostBeforeTheEffect,
  stale,
} from "../core/support/fakeBackend";
import { ed25519Key, rsaKey, tracesOf } from "../core/support/keys";
import {
  type DeploymentParts,
  DYNAMIC,
  type Entry,
  encrypted,
  exported,
  PLUGIN,
  secret,
  WRITTEN_AT,
} from "./support/deployments";

const DURING = new Date(WRITTEN_AT - 60_000).toISOString();
const LONG_BEFORE = new Date(WRITTEN_AT - 3_600_000).toISOString();
const LONG_AFTER = new Date(WRITTEN_AT + 3_600_000).toISOString();
const PROGRAM_KEY = ed25519Key("the program's").publicKey;
const OTHER_KEY = ed25519Key("somebody else's").publicKey;

/** A create of a program that was interrupted: imported under a name that the program gives. */
const IMPORTED: Entry = { name: "web", inputs: { keyPairName: "web", publicKeyBody: PROGRAM_KEY } };
const CREATED: Entry = { name: "bastion", inputs: { keyPairName: "bastion" } };

interface Run {
  state?: DeploymentParts;
  /** In the place of `state`: what the export prints. */
  text?: string;
  options?: OrphansOptions;
  answer?: boolean;
  /** What the second export prints. */
  later?: DeploymentParts;
}

class Cloud extends FakeBackend {
  /** Instances by the name of their pair. */
  readonly instances = new Map<string, string[]>();
  readonly attachments = {
    attach: async () => [],
    detach: async () => [],
    attachedInstances: async (name: string) => this.instances.get(name) ?? [],
  };
}

/** Runs the command on this cloud; `places` stand for other regions. */
async function run(
  cloud: FakeBackend,
  { state = {}, text, options = {}, answer, later }: Run,
  places: Record<string, FakeBackend> = {},
) {
  const printed = { out: "", err: "" };
  const opened: { connection: ResolvedConnection; credentials: Credentials }[] = [];
  const asked: string[] = [];
  const exports = [text ?? exported(state), exported(later ?? state)];
  const remainder = await runOrphans(
    { json: true, ...options },
    {
      catalog: {
        ...catalogOf(cloud),
        async open(connection, credentials) {
          opened.push({ connection, credentials });
          return places[connection.region ?? ""] ?? cloud;
        },
      },
      exportState: async () => (exports.length > 1 ? exports.shift() : exports[0]) ?? "",
      stdin: () => Readable.from([Buffer.from(text ?? exported(state))]),
      print: (part) => {
        printed.out += part;
      },
      complain: (part) => {
        printed.err += part;
      },
      ...(answer === undefined
        ? {}
        : {
            ask: async (question) => {
              asked.push(question);
              return answer;
            },
          }),
    },
  );
  const report = options.json === false ? undefined : JSON.parse(printed.out);
  return { remainder, report, opened, asked, ...printed };
}

const names = (report: { orphans: { name: string }[] }) => report.orphans.map(({ name }) => name);

describe("what is an orphan", () => {
  it.each([DYNAMIC, PLUGIN])("a pair of an interrupted create of %s that no resource has", async (type) => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const { report, remainder } = await run(cloud, { state: { pending: [{ ...IMPORTED, type }] } });
    expect(remainder).toBe("something");
    expect(report).toEqual({
      interrupted: 1,
      orphans: [
        {
          name: "web",
          location: "fake here",
          resource: "web",
          urn: `urn:pulumi:dev::test::${type}::web`,
          fingerprint: expect.stringMatching(/^[0-9a-f:]+$/),
          createdAt: DURING,
          instanceIds: [],
          key: "program",
          deletable: true,
        },
      ],
      unclear: [],
      lookedAt: ["fake here (credentials: the tests)"],
    });
  });

  it("not a pair that was never made, one that is being updated or deleted, or one of another resource", async () => {
    const cloud = new Cloud();
    for (const name of ["updated", "deleted", "other"]) cloud.put(name, PROGRAM_KEY, { createdAt: DURING });
    const entry = (name: string, type = DYNAMIC) => ({ name, type, inputs: { keyPairName: name } });
    const { report, remainder } = await run(cloud, {
      state: {
        pending: [IMPORTED, entry("other", "alicloud:ecs/ecsKeyPair:EcsKeyPair")],
        otherOperations: [
          { type: "updating", resource: entry("updated") },
          { type: "deleting", resource: entry("deleted") },
        ],
      },
    });
    expect(remainder).toBe("nothing");
    expect(report).toMatchObject({ interrupted: 1, orphans: [], unclear: [] });
  });

  it.each([
    ["creating", "pulumi-nodejs:dynamic/keypair:KeyPairSet"],
    ["updating", "keypair:index:KeyPairSet"],
  ])(
    "the pairs that an interrupted %s of a set left, in every region, and not those that the state has",
    async (type, set) => {
      const here = new Cloud();
      const west = Object.assign(new Cloud(), { location: "fake west", endpoint: "fake://west" });
      for (const name of ["team-anna", "team-ci", "team-known"])
        here.put(name, PROGRAM_KEY, { createdAt: DURING });
      west.put("team-anna", OTHER_KEY, { createdAt: DURING });
      west.put("team-bert", PROGRAM_KEY, { createdAt: DURING });
      const inputs = {
        keyPairNamePrefix: "team-",
        regions: ["here", "west"],
        publicKeys: { anna: PROGRAM_KEY, known: PROGRAM_KEY },
        __folderKeys: { bert: PROGRAM_KEY },
        created: ["ci"],
      };
      const known = { here: { keyPairName: "team-known", backend: "local", region: "here" } };
      const entry = { name: "team", type: set, inputs };
      const { report } = await run(
        here,
        {
          state: {
            resources: [{ name: "other", type: set, id: "team-*", outputs: { keyPairs: { known } } }],
            otherOperations: [{ type, resource: entry }],
          },
        },
        { west },
      );
      expect(report).toMatchObject({ interrupted: 1, unclear: [] });
      const found = report.orphans.map(
        ({ name, location, key, deletable }: Record<string, unknown>) =>
          `${location} ${name} ${key} ${deletable}`,
      );
      expect(found.sort()).toEqual([
        "fake here team-anna program true",
        "fake here team-ci unknown true",
        "fake west team-anna other false",
        "fake west team-bert program true",
      ]);
    },
  );

  describe("of a set whose update was killed", () => {
    const set = "keypair:index:KeyPairSet";
    const oldKey = ed25519Key("the old one").publicKey;
    const keepers = { n: "1" };
    const rotating = { created: ["ci"], keepers: { n: "2" } };
    const facts = { ...recordOutputs(new Cloud().put("team-ci", oldKey)), backend: "local", region: "here" };
    const { publicKey, fingerprintSha256 } = facts;
    const stored = {
      keyPairs: { ci: { here: facts } },
      __notes: { ci: { here: { __ownKey: fingerprintSha256, keepers } } },
      __keys: { ci: { publicKey, fingerprintSha256, keepers } },
      // No private key is needed to tell the keys apart.
      privateKeys: encrypted(),
    };
    /** @param received  What the engine had received of the update, and not stored yet. */
    const killed = (outputs: object, inputs: object = rotating, received = {}) => ({
      resources: [{ name: "team", type: set, id: "team-*", outputs }],
      otherOperations: [
        {
          type: "updating",
          resource: {
            name: "team",
            type: set,
            inputs: { keyPairNamePrefix: "team-", ...inputs },
            outputs: received,
          },
        },
      ],
    });
    const withPair = (key: string) => {
      const cloud = new Cloud();
      cloud.put("team-ci", key, { createdAt: DURING });
      return cloud;
    };
    const options = { delete: true, yes: true };

    it("a pair that has the name of an old one, and a key that reached no state", async () => {
      const { report } = await run(withPair(OTHER_KEY), { state: killed(stored), options });
      expect(report.orphans).toMatchObject([{ name: "team-ci", key: "unknown", outcome: "deleted" }]);
    });

    it("not the old pair, and not one whose reply was lost", async () => {
      expect((await run(withPair(oldKey), { state: killed(stored) })).report.orphans).toEqual([]);
      const doubtful = { ci: { here: { __ownKey: "", __isDoubtful: true } } };
      const state = killed({ keyPairs: { ci: { here: { ...facts, fingerprint: "" } } }, __notes: doubtful });
      expect((await run(withPair(OTHER_KEY), { state })).report.orphans).toEqual([]);
    });

    it("not a pair whose place another one took, and that was not removed yet", async () => {
      const keyPair = { ...facts, __ownKey: facts.fingerprintSha256 };
      const state = killed({ keyPairs: {}, __leftOver: [{ member: "ci", region: "here", keyPair }] });
      expect((await run(withPair(oldKey), { state })).report.orphans).toEqual([]);
    });

    it.each([
      ["has its pair", stored],
      ["has lost its pair", { ...stored, keyPairs: {}, __notes: {} }],
    ])("somebody else's pair, which is left, where a member that keeps its key %s", async (_, outputs) => {
      const state = killed(outputs, { created: ["ci"], keepers, publicKeys: { anna: PROGRAM_KEY } });
      const cloud = withPair(OTHER_KEY);
      const left = [{ name: "team-ci", key: "other", outcome: "left" }];
      expect((await run(cloud, { state, options })).report).toMatchObject({ orphans: left, unclear: [] });
      // Where the cloud does not give the key.
      const { publicKey: _untold, ...record } = cloud.put("team-ci", OTHER_KEY, { createdAt: DURING });
      cloud.pairs.set("team-ci", record);
      expect((await run(cloud, { state, options })).report).toMatchObject({ orphans: left, unclear: [] });
      expect(cloud.writes).toEqual([]);
    });

    it.each([
      ["keeps", { created: ["ci"], keepers }],
      ["was to lose", rotating],
    ])("a pair in a new region with the key that a member has and %s: the program's", async (_, inputs) => {
      const here = withPair(oldKey);
      const west = Object.assign(withPair(oldKey), { location: "fake west", endpoint: "fake://west" });
      const state = killed(stored, { ...inputs, regions: ["here", "west"] });
      const { report } = await run(here, { state, options }, { west });
      expect(report.orphans).toMatchObject([
        { name: "team-ci", location: "fake west", key: "program", outcome: "deleted" },
      ]);
      expect(here.writes).toEqual([]);
    });

    it("what the first create of the set left in a region that the program has given up: that had a key of its own", async () => {
      const west = Object.assign(withPair(OTHER_KEY), { location: "fake west", endpoint: "fake://west" });
      const { resources, otherOperations } = killed(stored, { created: ["ci"], keepers, regions: ["west"] });
      const pending = otherOperations.map(({ resource }) => resource);
      const { report } = await run(withPair(oldKey), { state: { resources, pending } }, { west });
      expect(report.orphans).toMatchObject([{ location: "fake west", key: "unknown", deletable: true }]);
    });

    it("a pair with the key that the engine had received: the program's, and any other is somebody else's", async () => {
      const state = killed({ keyPairs: {} }, { created: ["ci"], keepers }, stored);
      expect((await run(withPair(oldKey), { state })).report.orphans).toMatchObject([{ key: "program" }]);
      expect((await run(withPair(OTHER_KEY), { state })).report.orphans).toMatchObject([{ key: "other" }]);
    });
  });

  it.each([
    ["a resource of the dynamic front", DYNAMIC],
    ["a resource of the plugin", PLUGIN],
    ["another package's resource", "alicloud:ecs/ecsKeyPair:EcsKeyPair"],
    ["another package's resource", "opentelekomcloud:index/computeKeypairV2:ComputeKeypairV2"],
  ])("not a pair that %s has (%s)", async (_, type) => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const state = { pending: [IMPORTED], resources: [{ name: "moved", type, id: "web" }] };
    expect((await run(cloud, { state })).report.orphans).toEqual([]);
  });

  it("not a pair that a resource of the state may have, whose reply was lost", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const outputs = { backend: "local", region: "here", fingerprintSha256: "", __isDoubtful: true };
    const state = { pending: [IMPORTED], resources: [{ name: "web", id: "web", outputs }] };
    expect(await run(cloud, { state, options: { delete: true, yes: true } })).toMatchObject({
      remainder: "nothing",
      report: { orphans: [] },
    });
    expect(cloud.writes).toEqual([]);
  });

  it("not a key that somebody put in the place of the pair that a later run made", async () => {
    const cloud = new Cloud();
    const facts = { ...recordOutputs(cloud.put("bastion", PROGRAM_KEY)), backend: "local", region: "here" };
    const note = { __ownKey: facts.fingerprintSha256, keepers: { n: "2" } };
    const ofSet = { keyPairs: { bastion: { here: facts } }, __notes: { bastion: { here: note } } };
    cloud.put("bastion", OTHER_KEY, { createdAt: DURING });
    const set = { name: "team", type: "keypair:index:KeyPairSet" };
    const inputs = { keyPairNamePrefix: "", created: ["bastion"], keepers: { n: "1" } };
    const states: DeploymentParts[] = [
      { pending: [CREATED], resources: [{ ...CREATED, id: "bastion", outputs: { ...facts, ...note } }] },
      { pending: [{ ...set, inputs }], resources: [{ ...set, id: "*", outputs: ofSet }] },
    ];
    for (const state of states) {
      expect((await run(cloud, { state })).report).toMatchObject({ orphans: [], unclear: [] });
    }
  });

  it("a pair that only a resource of another user has", async () => {
    const cloud = Object.assign(new Cloud(), { ownerOfPairs: { id: "user-b" } });
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const ofUser = (ownerId: string) => ({
      pending: [IMPORTED],
      resources: [{ name: "web", id: "web", provider: "other", outputs: { backend: "local", ownerId } }],
      providers: { default: { "keypair:backend": "local" }, other: { backend: "local" } },
    });
    expect(names((await run(cloud, { state: ofUser("user-a") })).report)).toEqual(["web"]);
    expect(names((await run(cloud, { state: ofUser("user-b") })).report)).toEqual([]);
  });

  it("a pair that only a resource of the same name in another place has", async () => {
    const [here, there] = [
      new Cloud(),
      Object.assign(new Cloud(), { location: "fake there", endpoint: "fake://there" }),
    ];
    for (const cloud of [here, there]) cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const resources = [{ name: "web-there", id: "web", outputs: { backend: "local", region: "there" } }];
    const state = { pending: [IMPORTED], resources };
    expect(names((await run(here, { state }, { there })).report)).toEqual(["web"]);
    // The same place by another way: `fake here` is what both are.
    expect(names((await run(here, { state }, { there: Object.assign(new Cloud(), {}) })).report)).toEqual([]);
  });

  it.each([
    ["the same owner in the same region, by another endpoint", "user-a", "here", []],
    ["the same owner in another region", "user-a", "there", ["web"]],
    ["another owner in the same region", "user-b", "here", ["web"]],
  ])(
    "a pair of a name that the state has, unless it is the same one: %s",
    async (_, ownerId, region, orphans) => {
      const inPlace = (place: object) =>
        Object.assign(new Cloud(), { ownerOfPairs: { id: "user-a" } }, place);
      const here = inPlace({});
      here.put("web", PROGRAM_KEY, { createdAt: DURING });
      const other = inPlace({ region, location: "fake, as another user", endpoint: "fake://vpc" });
      // The fake catalog goes by the name of the region that is opened.
      const outputs = { backend: "local", region: "other", ownerId };
      // A resource of another provider does not tell which user the interrupted create had.
      const resources = [{ name: "web", id: "web", provider: "other", outputs }];
      const providers = { default: { "keypair:backend": "local" }, other: { backend: "local" } };
      const state = { pending: [IMPORTED], resources, providers };
      expect(names((await run(here, { state }, { other })).report)).toEqual(orphans);
    },
  );

  it("a pair whose name a resource had that was deleted for its replacement", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const replaced = { name: "web", id: "web", pendingReplacement: true } as const;
    const { report } = await run(cloud, { state: { pending: [IMPORTED], resources: [replaced] } });
    expect(names(report)).toEqual(["web"]);
  });

  it("once, however often its create was interrupted", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const earlier = { ...IMPORTED, inputs: { keyPairName: "web", publicKeyBody: OTHER_KEY } };
    const { report } = await run(cloud, { state: { pending: [earlier, IMPORTED, earlier] } });
    expect(report.orphans).toMatchObject([{ name: "web", deletable: true }]);
  });

  it("also one that a late read does not show at once", async () => {
    const cloud = new Cloud().script("findKeyPair", stale, stale);
    const now = Date.now();
    cloud.put("web", PROGRAM_KEY, { createdAt: new Date(now).toISOString() });
    const { report } = await run(cloud, { state: { pending: [IMPORTED], writtenAt: now } });
    expect(names(report)).toEqual(["web"]);
  });
});

describe("what --delete leaves, and why", () => {
  const automatic = { name: "bastion", inputs: { keyPairName: "bastion-1a2b3c4", __automaticName: true } };
  const told = (key: string) => ({
    ...CREATED,
    outputs: { publicKey: key, privateKey: secret("never read") },
  });

  it.each<
    [
      string,
      Entry,
      { key?: string; createdAt?: string | undefined; instances?: string[] },
      string | undefined,
    ]
  >([
    ["nothing: an import of the program's key", IMPORTED, {}, undefined],
    ["nothing: a created pair", CREATED, { key: OTHER_KEY }, undefined],
    [
      "nothing: a random name, whenever it was made",
      automatic,
      { key: OTHER_KEY, createdAt: LONG_BEFORE },
      undefined,
    ],
    [
      "nothing: within 5 minutes of the longest create",
      CREATED,
      { createdAt: new Date(WRITTEN_AT - 14 * 60_000).toISOString() },
      undefined,
    ],
    [
      "another key",
      IMPORTED,
      { key: OTHER_KEY },
      "it holds another key than the program's, so somebody else made it",
    ],
    [
      "another key than the one that the engine was told of",
      told(OTHER_KEY),
      {},
      "it holds another key than the program's, so somebody else made it",
    ],
    ["instances", IMPORTED, { instances: ["i-1", "i-2"] }, "instances use it (i-1, i-2)"],
    [
      "an older pair",
      IMPORTED,
      { createdAt: LONG_BEFORE },
      "it was made before 2026-03-04T11:50:00.000Z, so perhaps before the interrupted run. " +
        "If that run began earlier, give the time with --since",
    ],
    [
      "a newer pair",
      IMPORTED,
      { createdAt: LONG_AFTER },
      "it was made after 2026-03-04T12:10:00.000Z, when the interrupted run had ended",
    ],
    [
      "a pair of which the time is not known",
      CREATED,
      { createdAt: undefined },
      "the cloud does not tell when it was made",
    ],
    [
      "an automatic name that is not random",
      { name: "bastion", inputs: { keyPairName: "bastion", __automaticName: true } },
      { createdAt: LONG_BEFORE },
      "it was made before 2026-03-04T11:50:00.000Z, so perhaps before the interrupted run. " +
        "If that run began earlier, give the time with --since",
    ],
  ])("%s", async (_, entry, pair, reason) => {
    const cloud = new Cloud();
    const name = String((entry.inputs as { keyPairName: string }).keyPairName);
    const { createdAt, ...record } = cloud.put(name, pair.key ?? PROGRAM_KEY, { createdAt: DURING });
    const time = "createdAt" in pair ? pair.createdAt : createdAt;
    cloud.pairs.set(name, { ...record, ...(time === undefined ? {} : { createdAt: time }) });
    cloud.instances.set(name, pair.instances ?? []);

    const listed = await run(cloud, { state: { pending: [entry] } });
    expect(listed.report.orphans[0].keptBecause).toBe(reason);
    expect(cloud.writes).toEqual([]);

    const done = await run(cloud, { state: { pending: [entry] }, options: { delete: true, yes: true } });
    expect(done.report.orphans[0]).toMatchObject(
      reason === undefined ? { outcome: "deleted" } : { outcome: "left", keptBecause: reason },
    );
    expect(done.remainder).toBe(reason === undefined ? "nothing" : "something");
    expect(cloud.pairs.has(name)).toBe(reason !== undefined);
  });

  it("an older pair is deleted when the user says that the run began before", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: LONG_BEFORE });
    const options = { delete: true, yes: true, since: Date.parse(LONG_BEFORE) };
    expect((await run(cloud, { state: { pending: [IMPORTED] }, options })).remainder).toBe("nothing");
  });

  it.each([
    ["its key", (key: string) => key, "bastion", '`onExisting: "adopt"` takes'],
    [
      "its key, with an automatic name",
      (key: string) => key,
      "bastion-1b18186",
      '`keyPairName: "bastion-1b18186"` and `onExisting: "adopt"` together take',
    ],
    ["another key", () => rsaKey("another").privateKey, "bastion", undefined],
    ["no key", () => "notes", "bastion", undefined],
  ])("a pair whose private key file holds %s", async (_, contents, keyPairName, taking) => {
    const { privateKey, publicKey } = rsaKey("made by the cloud");
    const folder = mkdtempSync(join(tmpdir(), "keypair-orphans-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const privateKeyFile = join(folder, "bastion.pem");
    writeFileSync(privateKeyFile, contents(privateKey));
    const cloud = new Cloud();
    cloud.put(keyPairName, publicKey, { createdAt: DURING });
    const __automaticName = keyPairName !== "bastion";
    const state = { pending: [{ ...CREATED, inputs: { keyPairName, __automaticName, privateKeyFile } }] };
    const { report, out } = await run(cloud, { state, options: { delete: true, yes: true } });
    expect(report.orphans).toMatchObject([
      taking
        ? {
            outcome: "left",
            keptBecause: `${privateKeyFile} holds its private key: ${taking} the pair over at the next \`pulumi up\``,
          }
        : { outcome: "deleted" },
    ]);
    for (const trace of tracesOf(contents(privateKey))) expect(out).not.toContain(trace);
  });

  it("a pair whose private key file is in the home folder", async () => {
    const { privateKey, publicKey } = rsaKey("made by the cloud");
    const home = mkdtempSync(join(tmpdir(), "keypair-orphans-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("HOME", home);
    vi.stubEnv("USERPROFILE", home);
    writeFileSync(join(home, "bastion.pem"), privateKey);
    const cloud = new Cloud();
    cloud.put("bastion", publicKey, { createdAt: DURING });
    const inputs = { keyPairName: "bastion", privateKeyFile: "~/bastion.pem" };
    const options = { delete: true, yes: true };
    const { report } = await run(cloud, { state: { pending: [{ ...CREATED, inputs }] }, options });
    expect(report.orphans).toMatchObject([
      { outcome: "left", keptBecause: expect.stringContaining("~/bastion.pem holds its private key") },
    ]);
  });

  it("a pair whose private key file cannot be read", async () => {
    const cloud = new Cloud();
    cloud.put("bastion", PROGRAM_KEY, { createdAt: DURING });
    const state = { pending: [{ ...CREATED, inputs: { keyPairName: "bastion", privateKeyFile: tmpdir() } }] };
    expect((await run(cloud, { state })).report.orphans[0].keptBecause).toBe(
      `${tmpdir()} cannot be read, and may hold its private key`,
    );
  });

  it("compares by the fingerprint where the cloud does not give the key", async () => {
    const cloud = new Cloud();
    for (const [name, key] of [
      ["web", PROGRAM_KEY],
      ["other", OTHER_KEY],
    ] as const) {
      const { publicKey: _untold, ...record } = cloud.put(name, key, { createdAt: DURING });
      cloud.pairs.set(name, { ...record, fingerprint: record.fingerprint.replaceAll(":", "").toUpperCase() });
    }
    const pending = ["web", "other"].map((name) => ({
      name,
      inputs: { keyPairName: name, publicKeyBody: PROGRAM_KEY },
    }));
    const { report } = await run(cloud, { state: { pending } });
    expect(report.orphans).toMatchObject([
      { name: "web", key: "program" },
      { name: "other", key: "other" },
    ]);
  });
});

describe("where only the environment of the run named the region", () => {
  const providers = { default: { "keypair:backend": "alibaba" } };
  const options = { delete: true, yes: true };
  const sibling = (region: string, more: Partial<Entry> = {}): Entry => ({
    name: "web",
    id: "web",
    outputs: { backend: "alibaba", region },
    ...more,
  });
  /** What somebody made there by that name in the time of the run. */
  const withPair = (name: string) => {
    const place = { name: "alibaba", region: "cn-hangzhou", location: "alibaba cn-hangzhou" };
    const cloud = Object.assign(new Cloud(), place);
    cloud.put(name, OTHER_KEY, { createdAt: DURING });
    return cloud;
  };

  it.each([CREATED, { name: "gone", inputs: { keyPairName: "gone" } }])(
    "and the environment here names another one, nothing is told of that one's pairs: %j",
    async (entry) => {
      const cloud = withPair("bastion");
      const state = { pending: [entry], resources: [sibling("eu-central-1")], providers };
      const { report, remainder } = await run(cloud, { state, options });
      expect(remainder).toBe("unknown");
      expect(report).toMatchObject({ orphans: [], unclear: [{ resource: entry.name }] });
      expect(report.unclear[0].error).toBe(
        "the stack's key pairs are in eu-central-1, and the environment here leads to alibaba cn-hangzhou. " +
          "Set ALICLOUD_REGION to the region in which the run worked.",
      );
      expect(cloud.writes).toEqual([]);
    },
  );

  it("and no key pair of the state tells it, a pair is left, unless its name is random", async () => {
    const elsewhere = sibling("eu-central-1", { inputs: { connection: { region: "eu-central-1" } } });
    const state = { pending: [CREATED], resources: [elsewhere], providers };
    const { report } = await run(withPair("bastion"), { state, options });
    expect(report.orphans).toMatchObject([
      {
        outcome: "left",
        keptBecause:
          "the state does not say in which region the run worked, so another stack may have made it here",
      },
    ]);
    const inputs = { keyPairName: "bastion-1a2b3c4", __automaticName: true };
    const random = { pending: [{ name: "bastion", inputs }], providers };
    const ofRandom = await run(withPair("bastion-1a2b3c4"), { state: random, options });
    expect(ofRandom.report.orphans).toMatchObject([{ outcome: "deleted" }]);
  });

  it("and no key pair of the state tells it, it is not known that nothing is left", async () => {
    const gone = { name: "gone", inputs: { keyPairName: "gone" } };
    const ofProgram = withPair("gone");
    const isInState = sibling("cn-hangzhou", {
      id: "gone",
      inputs: { connection: { region: "cn-hangzhou" } },
    });
    for (const [cloud, resources] of [
      [withPair("bastion"), []],
      [ofProgram, [isInState]],
    ] as const) {
      const state = { pending: [gone], resources: [...resources], providers };
      const { report, remainder } = await run(cloud, { state, options });
      expect(remainder).toBe("unknown");
      expect(report).toMatchObject({
        orphans: [],
        unclear: [
          {
            resource: "gone",
            error:
              "the state does not say in which region the run worked, and nothing of its name is left over in alibaba cn-hangzhou. " +
              "If it worked in another region, set ALICLOUD_REGION to that one; if not, nothing is left over.",
          },
        ],
        lookedAt: ["alibaba cn-hangzhou (credentials: the tests)"],
      });
      expect(cloud.writes).toEqual([]);
    }
    const told = { default: { ...providers.default, "keypair:region": "cn-hangzhou" } };
    const state = { pending: [gone], providers: told };
    expect((await run(withPair("bastion"), { state, options })).remainder).toBe("nothing");
  });

  it("which is said once of a set, not once of each of its key pairs", async () => {
    const inputs = { keyPairNamePrefix: "team-", created: ["anna", "bert", "carla"] };
    const state = { pending: [{ name: "team", type: "keypair:index:KeyPairSet", inputs }], providers };
    const { report } = await run(withPair("bastion"), { state, options });
    expect(report.unclear).toHaveLength(1);
  });

  it.each<[string, DeploymentParts]>([
    [
      "a key pair of the state is here",
      { pending: [CREATED], resources: [sibling("cn-hangzhou")], providers },
    ],
    [
      "the resource names it",
      {
        pending: [
          { name: "bastion", inputs: { keyPairName: "bastion", connection: { region: "cn-hangzhou" } } },
        ],
        providers,
      },
    ],
    [
      "the configuration names it",
      {
        pending: [CREATED],
        providers: { default: { ...providers.default, "keypair:region": "cn-hangzhou" } },
      },
    ],
  ])("not where %s: the pair is deleted", async (_, state) => {
    const { report } = await run(withPair("bastion"), { state, options });
    expect(report.orphans).toMatchObject([{ outcome: "deleted" }]);
  });
});

describe("a deletion", () => {
  const options = { delete: true, yes: true };
  const state = { pending: [IMPORTED] };
  const withPair = () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    return cloud;
  };

  it("looks at the pair again right before", async () => {
    const replaced = withPair();
    replaced.script("findKeyPair", (effect) => {
      const seen = effect();
      replaced.put("web", OTHER_KEY, { createdAt: DURING });
      return seen;
    });
    expect((await run(replaced, { state, options })).report.orphans).toMatchObject([
      { outcome: "left", keptBecause: "somebody has just replaced it" },
    ]);

    expect(replaced.writes).toEqual([]);
  });

  it("of a pair that is gone by then is done", async () => {
    const cloud = withPair();
    cloud.script("findKeyPair", (effect) => {
      const seen = effect();
      cloud.pairs.clear();
      return seen;
    });
    expect((await run(cloud, { state, options })).remainder).toBe("nothing");
  });

  it("leaves a pair that the cloud says is in use", async () => {
    const used = withPair().script("deleteKeyPair", fails("InUse", { message: "i-1 uses it" }));
    expect(await run(used, { state, options })).toMatchObject({
      remainder: "something",
      report: { orphans: [{ outcome: "left", keptBecause: "instances use it by now" }] },
    });
    expect(used.pairs.has("web")).toBe(true);
  });

  it("that failed is said, and one whose reply was lost is looked at again", async () => {
    const denied = withPair().script("deleteKeyPair", fails("PermissionDenied", { message: "denied" }));
    expect(await run(denied, { state, options })).toMatchObject({
      remainder: "unknown",
      report: { orphans: [{ outcome: "unclear", error: "denied." }] },
    });
    for (const lost of [lostAfterTheEffect, lostBeforeTheEffect]) {
      const cloud = withPair().script("deleteKeyPair", lost);
      expect((await run(cloud, { state, options })).remainder).toBe("nothing");
      expect(cloud.pairs.size).toBe(0);
    }
  });

  it("does not happen when the state has changed meanwhile: a run is at work", async () => {
    const cloud = withPair();
    await expect(
      run(cloud, { state, options, later: { ...state, writtenAt: WRITTEN_AT + 1 } }),
    ).rejects.toThrow("the stack's state has changed since it was read, so nothing was deleted");
    expect(cloud.pairs.has("web")).toBe(true);
  });

  it("is asked for, and refused where nobody can answer", async () => {
    const cloud = withPair();
    await expect(run(cloud, { state, options: { delete: true } })).rejects.toThrow(
      "--delete asks before it deletes, and nobody can answer here. Give --yes too, or run it on a terminal.",
    );
    await expect(run(cloud, { state, options: { delete: true, state: "-" }, answer: true })).rejects.toThrow(
      "nobody can answer",
    );
    const refused = await run(cloud, { state, options: { delete: true }, answer: false });
    expect(refused).toMatchObject({ remainder: "something", asked: ["Delete web?"] });
    expect(refused.err).toContain("web (fake here)\n  resource     web\n");
    expect(cloud.writes).toEqual([]);
    const confirmed = await run(cloud, { state, options: { delete: true }, answer: true });
    expect(confirmed.remainder).toBe("nothing");
    expect(cloud.writes).toEqual(["delete web"]);
  });
});

describe("where it looks", () => {
  const credentials = { accessKeyId: "id-of-the-run", accessKeySecret: "secret-of-the-run" };
  const secretCredentials = { accessKeyId: "id-of-the-run", accessKeySecret: secret("secret-of-the-run") };

  it("as the stack was configured when the run was interrupted", async () => {
    const { opened } = await run(new Cloud(), {
      state: {
        pending: [IMPORTED, { ...CREATED, inputs: { ...CREATED.inputs, connection: { region: "own" } } }],
        providers: {
          default: { "keypair:backend": "alibaba", "keypair:region": "then", "keypair:profile": "p" },
        },
      },
    });
    expect(opened).toEqual([
      { connection: { backend: "alibaba", region: "then", profile: "p" }, credentials: {} },
      { connection: { backend: "alibaba", region: "own", profile: "p" }, credentials: {} },
    ]);
  });

  it("with the credentials that the run had, which the report does not show", async () => {
    const { opened, out } = await run(new Cloud(), {
      state: {
        pending: [IMPORTED],
        providers: {
          default: {
            "keypair:backend": "alibaba",
            "keypair:accessKeyId": "id-of-the-run",
            "keypair:accessKeySecret": secret("secret-of-the-run"),
            "other:accessKeyId": "not ours",
          },
        },
      },
    });
    expect(opened).toEqual([{ connection: { backend: "alibaba" }, credentials }]);
    expect(out).not.toContain("secret-of-the-run");
  });

  it("of an explicit provider as the state says", async () => {
    const { opened, out } = await run(new Cloud(), {
      state: {
        pending: [{ ...IMPORTED, type: PLUGIN, provider: "eu" }],
        providers: {
          default: { "keypair:backend": "local" },
          eu: { backend: "alibaba", region: "eu-central-1", ...secretCredentials },
        },
      },
    });
    expect(opened).toEqual([{ connection: { backend: "alibaba", region: "eu-central-1" }, credentials }]);
    expect(out).not.toContain("secret-of-the-run");
  });

  it("also where the provider holds objects, numbers and lists", async () => {
    const settings = {
      backend: "local",
      defaultTags: { team: "ops" },
      ignoreTags: { keyPrefixes: ["robot:"] },
      timeoutSeconds: 5,
    };
    const { opened, report } = await run(new Cloud(), {
      state: { pending: [{ ...IMPORTED, type: PLUGIN, provider: "eu" }], providers: { eu: settings } },
    });
    expect(report.unclear).toEqual([]);
    expect(opened).toMatchObject([{ connection: { backend: "local" } }]);
  });

  it("needs no stack, and no pulumi, when the state is given", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const folder = mkdtempSync(join(tmpdir(), "keypair-orphans-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "state.json");
    writeFileSync(file, exported({ pending: [IMPORTED] }));
    for (const state of [file, "-"]) {
      // The text is what standard input has; an export would be no state.
      const { report } = await run(cloud, { state: { pending: [IMPORTED] }, options: { state } });
      expect(names(report)).toEqual(["web"]);
    }
    await expect(run(cloud, { options: { state: join(folder, "none") } })).rejects.toThrow(
      "there is no such file",
    );
  });
});

describe("what cannot be told", () => {
  it("is said of each create, and hides no other", async () => {
    const broken = new Cloud().script(
      "findKeyPair",
      fails("PermissionDenied", { message: "denied", cloudCode: "Forbidden" }),
    );
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    const denied = { ...CREATED, inputs: { keyPairName: "bastion", connection: { region: "denied" } } };
    const hidden = { name: "hidden", inputs: { keyPairName: encrypted() } };
    const noKey = { name: "no-key", inputs: { keyPairName: "web", publicKeyBody: encrypted() } };
    const { report, remainder } = await run(
      cloud,
      { state: { pending: [denied, hidden, noKey, IMPORTED] } },
      { denied: broken },
    );
    expect(remainder).toBe("unknown");
    expect(names(report)).toEqual(["web"]);
    expect(report.unclear).toMatchObject([
      { resource: "bastion", error: "denied (code Forbidden)." },
      {
        resource: "hidden",
        error:
          "the state holds keyPairName encrypted. " +
          "Give --state the output of `pulumi stack export --show-secrets`, through a pipe: `--state -`.",
      },
      { resource: "no-key", error: expect.stringContaining("the state holds publicKeyBody encrypted") },
    ]);
  });

  it("with credentials that the state holds encrypted: others might look elsewhere", async () => {
    const state = {
      pending: [{ ...IMPORTED, provider: "eu", type: PLUGIN }],
      providers: { eu: { backend: "alibaba", accessKeyId: "id", accessKeySecret: encrypted() } },
    };
    const { report, remainder, opened } = await run(new Cloud(), { state });
    expect(remainder).toBe("unknown");
    expect(report.unclear[0].error).toContain("the state holds accessKeySecret encrypted");
    expect(opened).toEqual([]);
  });

  it("with a provider that the state does not hold: the environment might name another account", async () => {
    const inputs = { ...IMPORTED.inputs, connection: { backend: "local" } };
    const state = { pending: [{ ...IMPORTED, inputs, provider: "gone" }] };
    const { report, remainder, opened } = await run(new Cloud(), { state });
    expect(remainder).toBe("unknown");
    expect(report.unclear[0].error).toBe(
      "the state does not hold the provider with which the key pair was made.",
    );
    expect(opened).toEqual([]);
  });

  it("by another user: key pairs of OpenStack belong to users", async () => {
    const cloud = Object.assign(new Cloud(), { ownerOfPairs: { id: "user-b" } });
    const resources = [{ name: "there", id: "there", outputs: { ownerId: "user-a" } }];
    const { report, remainder } = await run(cloud, { state: { pending: [IMPORTED], resources } });
    expect(remainder).toBe("unknown");
    expect(report.unclear[0].error).toContain(
      'key pair "there" (fake here) belongs to account user-a, and these credentials (the tests) are those of account user-b',
    );
  });
});

describe("no secret is told", () => {
  const { privateKey } = rsaKey("of the state");

  it.each([
    ["a text that is no JSON", `{"deployment": {"resources": ["${privateKey.replaceAll("\n", "\\n")}`],
    ["another JSON", JSON.stringify({ key: privateKey })],
    ["a list", JSON.stringify([privateKey])],
    [
      "resources that are none",
      JSON.stringify({ deployment: { manifest: { time: DURING }, resources: [privateKey] } }),
    ],
    ["nothing", ""],
  ])("by an error about %s", async (_, text) => {
    const error = await run(new Cloud(), { text }).catch((thrown: unknown) => thrown);
    if (!(error instanceof KeyPairError)) throw error;
    expect(error.message).toBe(
      "the state is not what `pulumi stack export` prints. Give --state the output of " +
        "`pulumi stack export --show-secrets`, through a pipe: `--state -`.",
    );
    expect(error.cause).toBeUndefined();
  });

  it("in the report: not of the state, and no name that the program made a secret", async () => {
    const cloud = new Cloud();
    cloud.put("secret-name-of-a-pair", PROGRAM_KEY, { createdAt: DURING });
    const entry = {
      name: "hidden",
      inputs: { keyPairName: secret("secret-name-of-a-pair") },
      outputs: { privateKey: secret(privateKey) },
    };
    for (const json of [true, false]) {
      const { out, remainder } = await run(cloud, { state: { pending: [entry] }, options: { json } });
      expect(remainder).toBe("something");
      expect(out).toContain("[secret]");
      expect(out).not.toContain("secret-name-of-a-pair");
      for (const trace of tracesOf(privateKey)) expect(out).not.toContain(trace);
    }
  });
});

describe("the report for people", () => {
  it("says what was found, where, and what to do next", async () => {
    const cloud = new Cloud();
    cloud.put("web", PROGRAM_KEY, { createdAt: DURING });
    cloud.put("bastion", OTHER_KEY, { createdAt: DURING });
    cloud.instances.set("bastion", ["i-1"]);
    const state = { pending: [IMPORTED, CREATED, { name: "never", inputs: { keyPairName: "never" } }] };
    const { out } = await run(cloud, { state, options: { json: false } });
    expect(out.replace(/( {2}fingerprint {2}).*/g, "$1…")).toBe(
      `3 interrupted creates left 2 key pairs that no resource of the state has:

web (fake here)
  resource     web
  fingerprint  …
  made         ${DURING}
  instances    none
  key          the program's
  --delete     removes it

bastion (fake here)
  resource     bastion
  fingerprint  …
  made         ${DURING}
  instances    i-1
  key          created, not imported; its private key reached no state
  --delete     leaves it: instances use it (i-1)

Looked at fake here (credentials: the tests).
`,
    );
    cloud.instances.clear();
    const deleted = await run(cloud, { state, options: { json: false, delete: true, yes: true } });
    expect(deleted.out).toContain("\n  outcome      deleted\n");
    expect(deleted.out).toMatch(
      /`pulumi refresh --clear-pending-creates` makes the engine forget the interrupted creates\.\n$/,
    );
  });

  it("of a stack whose runs all ended", async () => {
    const { out, opened, remainder } = await run(new Cloud(), { options: { json: false } });
    expect({ out, opened, remainder }).toEqual({
      out: "The state knows of no interrupted create of a key pair.\n",
      opened: [],
      remainder: "nothing",
    });
  });
});
