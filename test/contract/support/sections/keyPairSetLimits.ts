import { describe, expect, it } from "vitest";
import { operation } from "../harness";
import { Team } from "../team";
import { defined, newLine, type Workbench } from "../workbench";

/** What a set does where the cloud takes no more, and while it takes nothing. */
export function keyPairSetLimits(bench: Workbench): void {
  const { openWithRoomFor, quotaRaces, stall } = bench.harness;

  describe.runIf(openWithRoomFor)("where a quota ends", () => {
    const openSmall = (count: number) =>
      bench.openClient(async () => defined(await openWithRoomFor?.(count)));

    it("has what there was room for, says once why the others are missing, and makes only these when there is room", async () => {
      const client = await openSmall(8);
      const publicKey = await newLine();
      const others = Array.from({ length: 6 }, () => bench.newName("filler"));
      await Promise.all(others.map((name) => client.importKeyPair({ name, publicKey }, operation())));
      const team = new Team(bench, [client]);
      const publicKeys = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`m${n}`, publicKey]));
      const args = { publicKeys, created: ["ci"] };
      const problem = await team.up(args);
      const made = Object.keys(team.keysInState());
      // Nova answers four calls at a time, and these count the pairs before any of them makes one.
      expect(made.length).toBeOneOf(quotaRaces ? [2, 3, 4, 5] : [2]);
      expect(problem).toMatchObject({ code: "QuotaExceeded" });
      expect(problem?.message).toMatch(new RegExp(`^${8 - made.length} of 8 key pairs failed:\\n- [^\\n]+$`));
      expect(await team.keys()).toEqual(team.keysInState());

      await Promise.all(others.map((name) => client.deleteKeyPair(name, operation())));
      expect(await team.up(args)).toBeUndefined();
      expect(team.writes).toHaveLength(8 - made.length);
      expect(await team.keys()).toEqual({ ...publicKeys, ci: team.privateHalf("ci") });
      expect(await team.up(args)).toBeUndefined();
      expect(team.writes).toEqual([]);
      await team.destroy();
      expect(await team.keys()).toEqual({});
    });

    it("gives those that come the room of those that leave", async () => {
      const team = new Team(bench, [await openSmall(2)]);
      const [anna, bert, carla, dora] = [await newLine(), await newLine(), await newLine(), await newLine()];
      await team.up({ publicKeys: { anna, bert } });
      expect(await team.up({ publicKeys: { carla, dora } })).toBeUndefined();
      expect(await team.keys()).toEqual({ carla, dora });
      expect(team.keysInState()).toEqual({ carla, dora });
      await team.destroy();
    });
  });

  describe.runIf(stall)("while the cloud takes nothing", () => {
    it("fails when the time is up and loses nothing, and the next run does the rest", async () => {
      const team = new Team(bench);
      const [anna, bert, other] = [await newLine(), await newLine(), await newLine()];
      const before = { publicKeys: { anna, bert }, created: ["ci"] };
      const after = { publicKeys: { bert: other, carla: other }, created: ["ci"] };
      // A client of its own: one that was throttled is slow for a while.
      const stalled = async <T>(work: () => Promise<T>): Promise<T> => {
        team.clients = [await bench.openClient()];
        const end = await defined(stall)();
        return work().finally(async () => {
          await end();
          team.clients = [bench.backend];
        });
      };
      await expect(stalled(() => team.up(before, 1))).rejects.toThrow("Nothing was made.");
      expect(await team.keys()).toEqual({});
      await team.up(before);
      const { keyPairs, privateKeys } = team.state;
      const keys = await team.keys();

      // The pair of the member that leaves stays while another could not be made.
      const problem = await stalled(() => team.up(after, 1));
      expect(problem?.message).toMatch(/^2 of 3 key pairs failed:/);
      expect(team.state).toMatchObject({ keyPairs, privateKeys });
      expect(await team.keys()).toEqual(keys);
      await expect(stalled(() => team.destroy(1))).rejects.toThrow(/^3 of 3 key pairs failed:/);
      expect(await team.keys()).toEqual(keys);

      expect(await team.up(after)).toBeUndefined();
      expect(await team.keys()).toEqual({ bert: other, carla: other, ci: keys["ci"] });
      await team.destroy();
      expect(await team.keys()).toEqual({});
    });

    it("waits, and goes on as soon as the cloud does", async () => {
      const team = new Team(bench, [await bench.openClient()]);
      const anna = await newLine();
      const end = await defined(stall)();
      const ending = new Promise((resolve) => setTimeout(resolve, 700)).then(end);
      expect(await team.up({ publicKeys: { anna }, created: ["ci"] })).toBeUndefined();
      await ending;
      expect(await team.keys()).toEqual({ anna, ci: team.privateHalf("ci") });
      await team.destroy();
    });
  });
}
