import { describe, expect, it } from "vitest";
import { operation } from "../harness";
import { newLine, type Workbench } from "../workbench";

/** More than fits on a page of any cloud here (ECS: 50). */
const MORE_THAN_A_PAGE = 60;

export function listing(bench: Workbench): void {
  const { tags, resourceGroups } = bench.harness.capabilities;

  describe("list", () => {
    it(`has each of ${MORE_THAN_A_PAGE} pairs that were made at once, once, and none of them when they were deleted at once`, async () => {
      const publicKey = await newLine();
      const names = Array.from({ length: MORE_THAN_A_PAGE }, () => bench.newName("page"));
      await Promise.all(names.map((name) => bench.backend.importKeyPair({ name, publicKey }, operation())));
      expect((await bench.listed(names)).toSorted()).toEqual(names.toSorted());
      await Promise.all(names.map((name) => bench.backend.deleteKeyPair(name, operation())));
      expect(await bench.listed(names)).toEqual([]);
    });

    it("narrows to a fingerprint, as the cloud spells it", async () => {
      const [one] = await Promise.all([bench.import("one"), bench.import("two")]);
      const found = await bench.backend.listKeyPairs({ fingerprint: one.fingerprint }, operation());
      expect(found.map(({ name }) => name)).toEqual([one.name]);
    });

    it("answers an empty list when nothing matches", async () => {
      const fingerprint = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
      expect(await bench.backend.listKeyPairs({ fingerprint }, operation())).toEqual([]);
    });

    if (tags)
      it("narrows to tags, of which all have to be there", async () => {
        const run = bench.newName("run");
        const both = await bench.import("both", { tags: { run, team: "ops" } });
        const one = await bench.import("one", { tags: { run } });
        await bench.import("other", { tags: { run: "another", team: "ops" } });
        const namesOf = async (filter: Record<string, string>) =>
          (await bench.backend.listKeyPairs({ tags: filter }, operation()))
            .map(({ name }) => name)
            .toSorted();
        expect(await namesOf({ run })).toEqual([both.name, one.name].toSorted());
        expect(await namesOf({ run, team: "ops" })).toEqual([both.name]);
        expect(await namesOf({ run, team: "dev" })).toEqual([]);
      });

    if (resourceGroups)
      it("narrows to a resource group", async () => {
        const [here, there] = resourceGroups.ids;
        const { name } = await bench.import("here", { resourceGroupId: here });
        await bench.import("there", { resourceGroupId: there });
        const found = await bench.backend.listKeyPairs({ resourceGroupId: here }, operation());
        expect(found.map((record) => record.name)).toContain(name);
        expect(found.every(({ resourceGroupId }) => resourceGroupId === here)).toBe(true);
      });
  });
}
