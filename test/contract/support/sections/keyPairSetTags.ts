import { describe, expect, it } from "vitest";
import type { Tags } from "../../../../provider/core/model";
import { operation } from "../harness";
import { Team } from "../team";
import { defined, newLine, type Workbench } from "../workbench";

/** The tags of a set's pairs. */
export function keyPairSetTags(bench: Workbench): void {
  if (!bench.harness.capabilities.tags) {
    it("has no tags where the cloud has none, and a preview says so", async () => {
      const news = { publicKeys: { anna: await newLine() }, tags: { team: "ops" } };
      expect(new Team(bench).problems(news)).toEqual([
        { property: expect.stringMatching(/^tags/), reason: expect.stringMatching(/\S/) },
      ]);
    });
    return;
  }

  describe("tags", () => {
    const tagsOf = async (team: Team, member: string) => defined(await bench.find(team.nameOf(member))).tags;
    const tagByHand = (name: string, set: Tags) =>
      defined(bench.other.changeTags?.(name, { set, remove: [] }, operation()));

    it("change in place, are put back where somebody changed them, and those of another tool stay", async () => {
      const team = new Team(bench);
      const members = {
        publicKeys: { anna: await newLine() },
        created: ["ci"],
        tagChanges: "update" as const,
      };
      const ops = { ...members, tags: { team: "ops" } };
      await team.up(ops);
      const keys = await team.keys();
      await tagByHand(team.nameOf("anna"), { scanner: "seen" });
      await team.refresh();
      expect(team.changes(ops)).toEqual([]);

      const dev = { ...members, tags: { team: "dev" } };
      expect(await team.up(dev)).toBeUndefined();
      expect(team.writes).toEqual(["tag anna", "tag ci"]);
      expect(await tagsOf(team, "anna")).toEqual({ team: "dev", scanner: "seen" });

      await tagByHand(team.nameOf("ci"), { team: "by hand" });
      await team.refresh();
      expect(await team.up(dev)).toBeUndefined();
      expect(team.writes).toEqual(["tag ci"]);
      expect(await tagsOf(team, "ci")).toEqual({ team: "dev" });
      expect(await team.keys()).toEqual(keys);
      await team.destroy();
    });

    it("that replace make the pairs again, each with the key that it had", async () => {
      const team = new Team(bench);
      const members = { publicKeys: { anna: await newLine() }, created: ["ci"] };
      await team.up({ ...members, tags: { team: "ops" } });
      const { privateKeys } = team.state;
      const keys = await team.keys();
      expect(await team.up({ ...members, tags: { team: "dev" }, tagChanges: "replace" })).toBeUndefined();
      expect(team.writes).toEqual(["delete anna", "delete ci", "import anna", "import ci"]);
      expect([await tagsOf(team, "anna"), await tagsOf(team, "ci")]).toEqual([
        { team: "dev" },
        { team: "dev" },
      ]);
      expect(await team.keys()).toEqual(keys);
      expect(team.state.privateKeys).toEqual(privateKeys);
      await team.destroy();
    });
  });
}
