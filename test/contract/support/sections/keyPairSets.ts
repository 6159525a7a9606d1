import { expect, it } from "vitest";
import type { BackendCatalog } from "../../../../provider/core/backend";
import { defined } from "../../../../provider/core/defined";
import { keyPairSetResource } from "../../../../provider/core/keyPairSet";
import type { CheckedKeyPairSetArgs, KeyPairSetArgs, KeyPairSetState } from "../../../../provider/core/model";
import type { OperationContext } from "../../../../provider/core/resource/contract";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../../../provider/keys";
import { operation } from "../harness";
import { newLine, type Workbench } from "../workbench";

/* More of the rules of a set is in test/unit, and on the wire of ECS in test/contract/keyPairSet.test.ts. */

const MEMBERS = ["anna", "bert", "carla", "dora", "ci"];

export function keyPairSets(bench: Workbench): void {
  it("makes the pairs of its members, changes those that change, and deletes them", async () => {
    const team = new Team(bench);
    const [anna, bert, otherBert, carla] = [
      await newLine(),
      await newLine(),
      await newLine(),
      await newLine(),
    ];
    await team.up({ publicKeys: { anna, bert }, created: ["ci"] });
    expect(await team.keys()).toEqual({ anna, bert, ci: team.privateHalf("ci") });
    expect(team.changes({ publicKeys: { anna, bert }, created: ["ci"] })).toEqual([]);
    const { privateKeys } = team.state;

    await team.up({ publicKeys: { bert: otherBert, carla }, created: ["ci"] });
    expect(await team.keys()).toEqual({ bert: otherBert, carla, ci: team.privateHalf("ci") });
    expect(team.state.privateKeys).toEqual(privateKeys);

    await team.destroy();
    expect(await team.keys()).toEqual({});
  });

  it("sees after a refresh which pair is lost and which is somebody else's now, mends and names these", async () => {
    const team = new Team(bench);
    const [anna, bert, theirs] = [await newLine(), await newLine(), await newLine()];
    const args = { publicKeys: { anna, bert }, created: ["ci"] };
    await team.up(args);
    const { privateKeys } = team.state;
    for (const member of ["anna", "bert", "ci"])
      await bench.other.deleteKeyPair(team.nameOf(member), operation());
    await bench.other.importKeyPair({ name: team.nameOf("bert"), publicKey: theirs }, operation());

    await team.refresh();
    expect(Object.keys(team.state.keyPairs)).toEqual(["bert"]);
    const problem = await team.up(args);
    expect(problem?.message).toMatch(/^1 of 3 key pairs failed:\n- .*-bert: /);
    expect(await team.keys()).toEqual({ anna, bert: theirs, ci: team.privateHalf("ci") });

    await bench.other.deleteKeyPair(team.nameOf("bert"), operation());
    expect(await team.up(args)).toBeUndefined();
    expect(await team.keys()).toEqual({ anna, bert, ci: team.privateHalf("ci") });
    expect(team.state.privateKeys).toEqual(privateKeys);
    await team.destroy();
  });

  it("leaves and names a pair of somebody else, and makes the others; with adopt it takes over one that fits", async () => {
    const team = new Team(bench);
    const [anna, bert, theirs] = [await newLine(), await newLine(), await newLine()];
    await bench.other.importKeyPair({ name: team.nameOf("anna"), publicKey: theirs }, operation());
    await bench.other.importKeyPair({ name: team.nameOf("bert"), publicKey: bert }, operation());
    const args = { publicKeys: { anna, bert }, created: ["ci"], onExisting: "adopt" as const };
    const problem = await team.up(args);
    expect(problem?.message).toMatch(/^1 of 3 key pairs failed:/);
    expect(problem?.message).toContain(team.nameOf("anna"));
    expect(await team.keys()).toEqual({ anna: theirs, bert, ci: team.privateHalf("ci") });

    await bench.other.deleteKeyPair(team.nameOf("anna"), operation());
    expect(await team.up(args)).toBeUndefined();
    expect(await team.keys()).toEqual({ anna, bert, ci: team.privateHalf("ci") });
    await team.destroy();
  });

  it("leaves a pair whose key somebody replaced, and deletes the others", async () => {
    const team = new Team(bench);
    const [anna, bert, theirs] = [await newLine(), await newLine(), await newLine()];
    await team.up({ publicKeys: { anna, bert } });
    await bench.other.deleteKeyPair(team.nameOf("anna"), operation());
    await bench.other.importKeyPair({ name: team.nameOf("anna"), publicKey: theirs }, operation());
    await team.destroy();
    expect(await team.keys()).toEqual({ anna: theirs });
    expect(team.warnings.join()).toContain("somebody replaced it");
  });

  it("with another prefix, makes the new pairs first, and no member gets another key", async () => {
    const team = new Team(bench);
    const anna = await newLine();
    await team.up({ publicKeys: { anna }, created: ["ci"] });
    const keys = await team.keys();
    team.prefix = bench.newName("crew");
    await team.up({ publicKeys: { anna }, created: ["ci"] });
    expect(await team.keys()).toEqual(keys);
    const left = await bench.backend.listKeyPairs({}, operation());
    const ofSets = left.filter(({ name }) => MEMBERS.some((member) => name.endsWith(`-${member}`)));
    expect(ofSets.map(({ name }) => name).sort()).toEqual([team.nameOf("anna"), team.nameOf("ci")]);
    await team.destroy();
  });

  const { attachments } = bench.harness.capabilities;
  if (!attachments) return;
  it("names a pair that instances use, and deletes the others", async () => {
    const team = new Team(bench);
    const [anna, bert] = [await newLine(), await newLine()];
    await team.up({ publicKeys: { anna, bert } });
    const instances = attachments.instanceIds.slice(0, 1);
    await bench.other.attachments?.attach(team.nameOf("anna"), [...instances], operation());
    await expect(team.destroy(3)).rejects.toThrow(instances[0]);
    expect(await team.keys()).toEqual({ anna });
    await bench.other.attachments?.detach(team.nameOf("anna"), [...instances], operation());
    await team.destroy();
    expect(await team.keys()).toEqual({});
  });
}

/** A set in the place of the suite's client; each call of it is a run of its own. */
class Team {
  readonly warnings: string[] = [];
  #prefix = "";
  #state: KeyPairSetState | undefined;

  constructor(private readonly bench: Workbench) {
    this.prefix = bench.newName("set");
  }

  set prefix(prefix: string) {
    this.#prefix = `${prefix}-`;
    for (const member of MEMBERS) this.bench.willUse(this.nameOf(member));
  }

  get state(): KeyPairSetState {
    if (!this.#state) throw new Error("there is no set");
    return this.#state;
  }

  nameOf(member: string): string {
    return `${this.#prefix}${member}`;
  }

  /** What failed, if something did. */
  async up(news: KeyPairSetArgs): Promise<Error | undefined> {
    const run = new RunMemory();
    const args = this.#checked(news, run);
    const context = this.#context(run);
    const { state, incomplete } = this.#state
      ? await keyPairSetResource.update("set-*", this.#state, args, context)
      : await keyPairSetResource.create(args, context);
    this.#state = state;
    return incomplete;
  }

  async refresh(): Promise<void> {
    const read = await keyPairSetResource.read("set-*", this.state, this.#context(new RunMemory()));
    this.#state = read?.state as KeyPairSetState;
  }

  destroy(seconds?: number): Promise<void> {
    return keyPairSetResource.delete("set-*", this.state, this.#context(new RunMemory(), seconds));
  }

  changes(news: KeyPairSetArgs) {
    const run = new RunMemory();
    const { settings, catalog } = this.#context(run);
    return keyPairSetResource.diff({ state: this.state, args: this.#checked(news, run), settings, catalog })
      .changes;
  }

  /** The public keys that the cloud has, by member, as lines without a comment. */
  async keys(): Promise<Record<string, string>> {
    const found = await Promise.all(
      MEMBERS.map(async (member) => [member, await this.bench.find(this.nameOf(member))] as const),
    );
    return Object.fromEntries(
      found.flatMap(([member, pair]) => (pair ? [[member, withoutComment(pair.publicKey)]] : [])),
    );
  }

  /** The public half of the private key that the state has for the member. */
  privateHalf(member: string): string {
    const privateKey = this.state.privateKeys[member] ?? "";
    const line = Object.values(this.state.keyPairs[member] ?? {})[0]?.publicKey ?? "";
    expect(fingerprintSha256(readPublicKey(line))).toBe(fingerprintSha256(publicKeyOfPrivateKey(privateKey)));
    return line;
  }

  #checked(news: KeyPairSetArgs, run: RunMemory): CheckedKeyPairSetArgs {
    const { settings, catalog } = this.#context(run);
    const { args, failures } = keyPairSetResource.check({
      logicalName: "set",
      urn: "urn:pulumi:dev::test::keypair:index:KeyPairSet::set",
      olds: (this.#state ?? {}) as Partial<CheckedKeyPairSetArgs>,
      news: { keyPairNamePrefix: this.#prefix, ...news },
      settings,
      catalog,
      run,
    });
    expect(failures).toEqual([]);
    return args as CheckedKeyPairSetArgs;
  }

  #context(run: RunMemory, seconds = 60): OperationContext {
    const { backend, harness } = this.bench;
    const catalog: BackendCatalog = {
      rules: () => harness.rules,
      open: async () => backend,
      closeAll: async () => {},
    };
    const { backend: name } = harness.rules;
    return {
      settings: {
        connection: defined({ backend: name, region: backend.region }),
        credentials: {},
        timeoutSeconds: seconds,
        projectFolder: "/nowhere",
      },
      catalog,
      run,
      operation: operation({ timeoutMs: seconds * 1000 }),
      warn: (message) => this.warnings.push(message),
    };
  }
}

/** Nova writes one behind the keys that it makes. */
function withoutComment(line = ""): string {
  return line.trim().split(/\s+/, 2).join(" ");
}
