import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBackendCatalog } from "../../provider/backends";
import type { BackendCatalog } from "../../provider/core/backend";
import type { ProviderSettings } from "../../provider/core/connection";
import { keyPairResource } from "../../provider/core/keyPair";
import { keyPairSetResource } from "../../provider/core/keyPairSet";
import type {
  CheckedKeyPairArgs,
  CheckedKeyPairSetArgs,
  KeyPairSetArgs,
  KeyPairSetState,
} from "../../provider/core/model";
import type { ManagedResource } from "../../provider/core/resource/contract";
import { RunMemory } from "../../provider/core/resource/runMemory";
import { ResourceService } from "../../provider/core/resource/service";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../provider/keys";
import { type EcsEmulator, startEcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { newLine } from "./support/workbench";

/*
 * Which key the pairs of a created member hold, and where its private key is, when a change is cut off in the middle, on the wire of
 * ECS. Each `up` is a process of its own, which checks, compares and changes as the engine does.
 */

const HANGZHOU = "cn-hangzhou";
const FRANKFURT = "eu-central-1";
const NAME = "team-ci";
const URN = "urn:pulumi:dev::test::keypair:index:KeyPairSet::team";
const MADE_HERE = { source: "local", type: "ecdsa" } as const;
const CI = { created: ["ci"], keyGeneration: MADE_HERE };

let emulator: EcsEmulator;
let folder: string;

beforeEach(async () => {
  emulator = await startEcsEmulator({ hasFastKeys: true });
  folder = mkdtempSync(join(tmpdir(), "keypair-set-keys-"));
});
afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

test("a pair in use keeps its private key when a rotation that it holds up moves the new one into a file", async () => {
  const team = new Team();
  const args = { ...CI, regions: [HANGZHOU, FRANKFURT] };
  await team.up({ ...args, keepers: { n: "1" } });
  const first = keyIn(FRANKFURT);
  emulator.store.attach(FRANKFURT, NAME, ["i-1"]);
  const rotated = { ...args, keepers: { n: "2" }, privateKeyFolder: folder, savePrivateKeys: false };
  expect(await team.up(rotated, 3)).toContain("i-1");
  expect(keyIn(FRANKFURT)).toBe(first);
  expect(team.heldKeys()).toEqual([first]);
  expect(team.state.privateKeys).toEqual({});

  await team.refresh();
  expect(team.heldKeys()).toEqual([first]);
  expect(await team.up(rotated, 3)).toContain("i-1");
  expect(team.heldKeys()).toEqual([first]);

  emulator.store.detach(FRANKFURT, NAME, ["i-1"]);
  expect(await team.up(rotated)).toBeUndefined();
  expect(keyIn(FRANKFURT)).toBe(keyIn(HANGZHOU));
  expect(keyFiles()).toEqual([keyIn(HANGZHOU)]);
  expect(team.heldKeys()).toEqual([]);
});

test("a member that is imported everywhere in the end has no private key", async () => {
  const team = new Team();
  const regions = [HANGZHOU, FRANKFURT];
  await team.up({ ...CI, regions, keepers: { n: "1" } });
  const first = keyIn(FRANKFURT);
  emulator.store.attach(FRANKFURT, NAME, ["i-1"]);
  await team.up({ ...CI, regions, keepers: { n: "2" } }, 3);
  const imported = { publicKeys: { ci: await newLine() }, regions };
  expect(await team.up(imported, 3)).toContain("i-1");
  expect(team.heldKeys()).toEqual([first]);
  emulator.store.detach(FRANKFURT, NAME, ["i-1"]);
  expect(await team.up(imported)).toBeUndefined();
  expect(keyIn(FRANKFURT)).toBe(keyIn(HANGZHOU));
  expect(team.heldKeys()).toEqual([]);
});

test.each(["fail", "adopt"] as const)(
  "onExisting %s: a rotation that was cut off after the deletion is carried out by the next up",
  async (onExisting) => {
    const team = new Team();
    const args = { ...CI, regions: [HANGZHOU], privateKeyFolder: folder, onExisting };
    await team.up({ ...args, keepers: { n: "1" } });
    const first = keyIn(HANGZHOU);
    emulator.faults.add({
      fault: "error",
      status: 503,
      code: "ServiceUnavailable",
      action: "ImportKeyPair",
    });
    expect(await team.up({ ...args, keepers: { n: "2" } }, 2)).toContain("it is not known whether");
    expect(keyIn(HANGZHOU)).toBeUndefined();
    emulator.faults.clear();
    team.grow();
    expect(await team.up({ ...args, keepers: { n: "2" } })).toBeUndefined();
    expect(keyIn(HANGZHOU)).not.toBe(first);
    expect(team.heldKeys()).toEqual([keyIn(HANGZHOU)]);
    // The old one was moved aside.
    expect(keyFiles().sort()).toEqual([keyIn(HANGZHOU), first].sort());
  },
);

test("a rotation that is taken back deletes no pair while the old private key is nowhere to be found", async () => {
  const team = new Team();
  const regions = [HANGZHOU, FRANKFURT];
  const args = { ...CI, regions, privateKeyFolder: folder, savePrivateKeys: false };
  await team.up({ ...args, keepers: { n: "1" } });
  const first = keyIn(FRANKFURT);
  emulator.store.attach(FRANKFURT, NAME, ["i-1"]);
  expect(await team.up({ ...args, keepers: { n: "2" } }, 3)).toContain("i-1");
  const second = keyIn(HANGZHOU);
  expect(await team.up({ ...args, keepers: { n: "1" } })).toContain("ci.pem.old-");
  expect([keyIn(HANGZHOU), keyIn(FRANKFURT)]).toEqual([second, first]);

  const aside = readdirSync(folder).find((file) => file.includes(".old-")) ?? "";
  renameSync(join(folder, aside), join(folder, "ci.pem"));
  expect(await team.up({ ...args, keepers: { n: "1" } })).toBeUndefined();
  expect([keyIn(HANGZHOU), keyIn(FRANKFURT)]).toEqual([first, first]);
});

test("with adopt, a lost reply to the import of a new key makes nobody else's pair of it", async () => {
  const team = new Team();
  emulator.faults.add({ fault: "lost-reply", when: "after", action: "ImportKeyPair", times: 1 });
  const problem = await team.up({ ...CI, regions: [HANGZHOU, FRANKFURT], onExisting: "adopt" });
  expect(problem).toBeUndefined();
  expect(keyIn(FRANKFURT)).toBe(keyIn(HANGZHOU));
  expect(team.heldKeys()).toEqual([keyIn(HANGZHOU)]);
});

test("of a member whose key is known, another key is nobody's but somebody else's, also after a lost reply", async () => {
  const team = new Team();
  await team.up({ ...CI, regions: [HANGZHOU] });
  emulator.faults.add({ fault: "lost-reply", when: "before", action: "ImportKeyPair" });
  const both = { ...CI, regions: [HANGZHOU, FRANKFURT] };
  expect(await team.up(both, 2)).toContain("it is not known whether");
  emulator.faults.clear();
  emulator.store.import(FRANKFURT, { name: NAME, publicKey: await newLine() });
  const theirs = keyIn(FRANKFURT);
  expect(await team.up(both, 3)).toContain(NAME);
  expect(keyIn(FRANKFURT)).toBe(theirs);
});

test("a created pair goes into a set also when the run refreshes it before", async () => {
  const file = join(folder, "ci.pem");
  const urn = "urn:pulumi:dev::test::keypair:index:KeyPair::ci";
  const before = new Process(keyPairResource);
  const args = { keyPairName: NAME, privateKeyFile: file, keyGeneration: MADE_HERE };
  const single = await before.service.create(before.checked(args, {}, urn) as CheckedKeyPairArgs, { urn });
  await before.end();

  const process = new Process(keyPairSetResource);
  const ofPairs = process.serviceOf(keyPairResource);
  const refreshed = await ofPairs.read(NAME, single.state, { urn });
  if (!refreshed) throw new Error("the pair is lost");
  ofPairs.diff(refreshed.state, refreshed.inputs as CheckedKeyPairArgs, { urn });
  const team = new Team();
  const set = {
    ...CI,
    regions: [HANGZHOU, FRANKFURT],
    privateKeyFolder: folder,
    onExisting: "adopt" as const,
  };
  expect(await team.up(set, 60, process)).toBeUndefined();
  await process.end();
  expect([keyIn(HANGZHOU), keyIn(FRANKFURT)]).toEqual(
    Array.from({ length: 2 }, () => single.state.fingerprintSha256),
  );
  expect(keyFiles()).toEqual([keyIn(HANGZHOU)]);
});

test("goes back to a prefix whose old pair is left over, also with another key", async () => {
  const team = new Team();
  const [first, second] = [await newLine(), await newLine()];
  const set = (keyPairNamePrefix: string, anna: string) => ({
    publicKeys: { anna },
    keyPairNamePrefix,
    regions: [HANGZHOU],
  });
  await team.up(set("x-", first));
  emulator.store.attach(HANGZHOU, "x-anna", ["i-1"]);
  expect(await team.up(set("y-", first), 2)).toContain("i-1");
  emulator.store.detach(HANGZHOU, "x-anna", ["i-1"]);
  expect(await team.up(set("x-", second))).toBeUndefined();
  expect(emulator.store.list(HANGZHOU).keyPairs.map(({ name }) => name)).toEqual(["x-anna"]);
  expect(keyIn(HANGZHOU, "x-anna")).toBe(fingerprintSha256(readPublicKey(second)));
});

test("a pair that the set took over stays for the resource that had it, also while an old half of it is removed", async () => {
  const urn = "urn:pulumi:dev::test::keypair:index:KeyPair::anna";
  const anna = await newLine();
  const before = new Process(keyPairResource);
  const args = before.checked({ keyPairName: "team-anna", publicKeyBody: anna }, {}, urn);
  const single = await before.service.create(args as CheckedKeyPairArgs, { urn });
  await before.end();
  const team = new Team();
  const set = { publicKeys: { anna }, regions: [HANGZHOU], onExisting: "adopt" as const };
  await team.up({ ...set, keyPairNamePrefix: "x-" });
  emulator.store.attach(HANGZHOU, "x-anna", ["i-1"]);
  // The engine does not come to the deletion of the single pair.
  expect(await team.up({ ...set, keyPairNamePrefix: "team-" }, 2)).toContain("i-1");
  emulator.store.detach(HANGZHOU, "x-anna", ["i-1"]);

  const process = new Process(keyPairSetResource);
  expect(await team.up({ ...set, keyPairNamePrefix: "team-" }, 60, process)).toBeUndefined();
  await process.serviceOf(keyPairResource).delete("team-anna", single.state, { urn });
  await process.end();
  expect(emulator.store.list(HANGZHOU).keyPairs.map(({ name }) => name)).toEqual(["team-anna"]);
});

/** A process of the provider. */
class Process<Args extends object, Checked extends Args, State extends object> {
  readonly #catalog: BackendCatalog = createBackendCatalog();
  readonly #run = new RunMemory();
  readonly service: ResourceService<Args, Checked, State>;

  constructor(resource: ManagedResource<Args, Checked, State>) {
    this.service = this.serviceOf(resource);
  }

  serviceOf<A extends object, C extends A, S extends object>(
    resource: ManagedResource<A, C, S>,
  ): ResourceService<A, C, S> {
    const reporter = { warn() {}, inform() {}, progress() {}, debug() {} };
    return new ResourceService(resource, { catalog: this.#catalog, run: this.#run, reporter, settings });
  }

  checked(given: object, olds: Partial<Checked>, urn: string): Checked {
    const news = { ...given, connection: { endpoint: emulator.endpoint } };
    const request = { logicalName: "team", olds, news } as Parameters<typeof this.service.check>[0];
    const { args, failures } = this.service.check(request, { urn });
    expect(failures).toEqual([]);
    return args as Checked;
  }

  end(): Promise<void> {
    return this.#catalog.closeAll();
  }
}

/** A set in a stack. */
class Team {
  #state: KeyPairSetState | undefined;
  #args: Partial<CheckedKeyPairSetArgs> = {};

  get state(): KeyPairSetState {
    if (!this.#state) throw new Error("there is no set");
    return this.#state;
  }

  /** What failed, if something did. */
  async up(
    news: KeyPairSetArgs,
    timeoutSeconds = 60,
    given?: Process<KeyPairSetArgs, CheckedKeyPairSetArgs, KeyPairSetState>,
  ): Promise<string | undefined> {
    const call = { urn: URN, timeoutSeconds };
    const process = given ?? new Process(keyPairSetResource);
    const args = process.checked(news, this.#args, URN);
    const { service } = process;
    if (this.#state) service.diff(this.#state, args, call);
    const { state, incomplete } = this.#state
      ? await service.update("team-*", this.#state, args, call)
      : await service.create(args, call);
    this.#state = state;
    this.#args = args;
    if (!given) await process.end();
    return incomplete?.message;
  }

  async refresh(): Promise<void> {
    const process = new Process(keyPairSetResource);
    const read = await process.service.read("team-*", this.state, { urn: URN });
    await process.end();
    this.#state = read?.state as KeyPairSetState;
  }

  /** Makes the pairs so old that one that is gone is not waited for. */
  grow(): void {
    const { keyPairs } = structuredClone(this.state);
    for (const pair of Object.values(keyPairs).flatMap((regions) => Object.values(regions)))
      pair.createdAt = "2020-01-01T00:00Z";
    this.#state = { ...this.state, keyPairs };
  }

  /** The fingerprints of all private keys that the state holds. Each is where its key is said to be. */
  heldKeys(): string[] {
    const { privateKeys, __keys = {}, __olderPrivateKeys = {} } = this.state;
    for (const [member, privateKey] of Object.entries(privateKeys))
      expect(keyOf(privateKey)).toBe(__keys[member]?.fingerprintSha256);
    for (const [fingerprint, privateKey] of Object.entries(__olderPrivateKeys))
      expect(keyOf(privateKey)).toBe(fingerprint);
    return [...Object.values(privateKeys), ...Object.values(__olderPrivateKeys)].map(keyOf);
  }
}

function settings(): ProviderSettings {
  return {
    connection: { backend: "alibaba", region: HANGZHOU, endpoint: emulator.endpoint },
    credentials: { accessKeyId: TEST_ACCESS_KEY.id, accessKeySecret: TEST_ACCESS_KEY.secret },
    timeoutSeconds: 60,
    projectFolder: "/nowhere",
  };
}

function keyIn(region: string, name = NAME): string | undefined {
  const pair = emulator.store.find(region, name);
  return pair && fingerprintSha256(readPublicKey(pair.publicKey));
}

function keyOf(privateKey: string): string {
  return fingerprintSha256(publicKeyOfPrivateKey(privateKey));
}

function keyFiles(): string[] {
  return readdirSync(folder).map((file) => keyOf(readFileSync(join(folder, file), "utf8")));
}
