import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../../provider/core/backend";
import { operation } from "../harness";
import { Team } from "../team";
import { defined, newLine, type Workbench } from "../workbench";

/** Where the pairs of a set are, and whose they are. */
export function keyPairSetPlaces(bench: Workbench): void {
  const { openElsewhere, openAsAnother } = bench.harness;

  describe.runIf(openElsewhere)("in two regions", () => {
    let elsewhere: Backend;
    let regions: { here: string; there: string };
    beforeAll(async () => {
      elsewhere = await bench.openClient(openElsewhere);
      regions = { here: defined(bench.backend.region), there: defined(elsewhere.region) };
    });
    const newTeam = () => new Team(bench, [bench.backend, elsewhere]);

    it("has one key of a created member, and makes, mends and deletes pairs where they are missing or unwanted only", async () => {
      const { here, there } = regions;
      const team = newTeam();
      const anna = await newLine();
      const members = { publicKeys: { anna }, created: ["ci"] };
      await team.up({ ...members, regions: [here] });
      const keys = { anna, ci: team.privateHalf("ci") };
      const { privateKeys } = team.state;

      const inBoth = { ...members, regions: [here, there] };
      expect(await team.up(inBoth)).toBeUndefined();
      expect(team.writes).toEqual([`${there} import anna`, `${there} import ci`]);
      expect(await team.keys(there)).toEqual(keys);

      await elsewhere.deleteKeyPair(team.nameOf("ci"), operation());
      team.grow();
      await team.refresh();
      expect(await team.up(inBoth)).toBeUndefined();
      expect(team.writes).toEqual([`${there} import ci`]);
      expect(await team.keys(there)).toEqual(keys);

      expect(await team.up({ ...members, regions: [there] })).toBeUndefined();
      expect(team.writes).toEqual([`${here} delete anna`, `${here} delete ci`]);
      expect([await team.keys(here), await team.keys(there)]).toEqual([{}, keys]);
      expect(team.state.privateKeys).toEqual(privateKeys);
      await team.destroy();
      expect(await team.keys(there)).toEqual({});
    });

    it("fails only the pair in whose region another tool has its name, and says which region that is", async () => {
      const { here, there } = regions;
      const team = newTeam();
      const [anna, theirs] = [await newLine(), await newLine()];
      await elsewhere.importKeyPair({ name: team.nameOf("anna"), publicKey: theirs }, operation());
      const args = { publicKeys: { anna }, created: ["ci"], regions: [here, there] };
      const problem = await team.up(args);
      expect(problem?.message).toMatch(/^1 of 4 key pairs failed:/);
      expect(problem?.message).toContain(`\n- ${team.nameOf("anna")} (${there}): `);
      const ci = team.privateHalf("ci");
      expect(await team.keys(here)).toEqual({ anna, ci });
      expect(await team.keys(there)).toEqual({ anna: theirs, ci });

      await elsewhere.deleteKeyPair(team.nameOf("anna"), operation());
      expect(await team.up(args)).toBeUndefined();
      expect(team.writes).toEqual([`${there} import anna`]);
      expect(await team.keys(there)).toEqual({ anna, ci });
      await team.destroy();
      expect([await team.keys(here), await team.keys(there)]).toEqual([{}, {}]);
    });
  });

  if (!openAsAnother) return;
  describe("with the credentials of another owner", () => {
    it("reads, makes, changes and deletes nothing, and names both owners", async () => {
      const another = await bench.openClient(openAsAnother);
      const team = new Team(bench);
      const [anna, bert, other] = [await newLine(), await newLine(), await newLine()];
      const args = { publicKeys: { anna, bert }, created: ["ci"] };
      await team.up(args);
      team.grow();
      const { keyPairs, privateKeys } = team.state;
      const keys = await team.keys();
      // One pair of the other owner has the name and the key of a member.
      const theirs = team.nameOf("anna");
      await another.importKeyPair({ name: theirs, publicKey: anna }, operation());
      const [our, their] = await Promise.all(
        [bench.backend, another].map(async (client) => defined(await client.owner(operation())).id),
      );
      const bothNamed = new RegExp(
        `belongs to \\w+ ${our}, and these credentials .* are those of \\w+ ${their}`,
      );

      team.clients = [another];
      await expect(team.refresh()).rejects.toThrow(bothNamed);
      const changes = [
        { publicKeys: { anna: other, carla: other }, created: ["ci"] },
        { ...args, publicKeys: { ...args.publicKeys, carla: other } },
        { ...args, created: ["ci", "bastion"] },
        { ...args, keyPairNamePrefix: `${bench.newName("crew")}-` },
      ];
      for (const news of changes) {
        expect((await team.up(news))?.message).toMatch(bothNamed);
        expect(team.writes).toEqual([]);
      }
      await expect(team.destroy()).rejects.toThrow(bothNamed);
      expect(team.writes).toEqual([]);
      expect(await team.keys()).toEqual({ anna });
      await another.deleteKeyPair(theirs, operation());

      team.clients = [bench.backend];
      expect(team.state).toMatchObject({ keyPairs, privateKeys });
      expect(await team.keys()).toEqual(keys);
      expect(await team.up(args)).toBeUndefined();
      expect(team.writes).toEqual([]);
      await team.destroy();
    });
  });
}
