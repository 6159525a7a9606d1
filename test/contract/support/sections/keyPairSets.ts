import { expect, it } from "vitest";
import { operation } from "../harness";
import { Team } from "../team";
import { newLine, type Workbench } from "../workbench";

/* More of the rules of a set is in test/unit, and on the wire of ECS in test/contract/keyPairSet.test.ts. */

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

    team.grow();
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
    team.grow();
    await team.destroy();
    expect(await team.keys()).toEqual({ anna: theirs });
    expect(team.warnings.join()).toContain("somebody replaced it");
  });

  it("with another prefix, makes the new pairs first, and no member gets another key", async () => {
    const team = new Team(bench);
    const anna = await newLine();
    await team.up({ publicKeys: { anna }, created: ["ci"] });
    const keys = await team.keys();
    const oldNames = ["anna", "ci"].map((member) => team.nameOf(member));
    team.prefix = bench.newName("crew");
    await team.up({ publicKeys: { anna }, created: ["ci"] });
    expect(await team.keys()).toEqual(keys);
    expect(await bench.listed(oldNames)).toEqual([]);
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
    team.grow();
    await team.destroy();
    expect(await team.keys()).toEqual({});
  });
}
