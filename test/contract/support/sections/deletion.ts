import { describe, expect, it } from "vitest";
import { operation } from "../harness";
import { defined, type Workbench } from "../workbench";

export function deletion(bench: Workbench): void {
  const { attachments } = bench.harness.capabilities;
  const remove = (name: string) => bench.backend.deleteKeyPair(name, operation());

  describe("delete", () => {
    it("removes the pair of this name and no other", async () => {
      const [one, other] = await Promise.all([bench.import("one"), bench.import("other")]);
      await remove(one.name);
      expect(await bench.listed([one.name, other.name])).toEqual([other.name]);
    });

    it("is fine with a pair that is not there, was deleted before, or is deleted twice at once", async () => {
      await remove(bench.newName("none"));
      const { name } = await bench.import("twice");
      await Promise.all([remove(name), remove(name)]);
      await remove(name);
      expect(await bench.find(name)).toBeUndefined();
    });

    it("is fine with a pair that another writer deleted", async () => {
      const { name } = await bench.import("theirs");
      await bench.backend.findKeyPair(name, "sweep", operation());
      await bench.other.deleteKeyPair(name, operation());
      await remove(name);
    });

    it("leaves the name free", async () => {
      const { name } = await bench.import("again");
      await remove(name);
      const again = await bench.import("again", { name });
      expect(defined(await bench.find(name)).fingerprint).toBe(again.fingerprint);
    });

    if (attachments)
      it("rejects with InUse while attached, naming the instances, and then works", async () => {
        const { name } = await bench.import("attached");
        const instanceIds = attachments.instanceIds.slice(0, 2);
        await defined(bench.backend.attachments).attach(name, instanceIds, operation());
        const error = await bench.refusal(name, remove(name), "InUse");
        for (const id of instanceIds) expect(error.message).toContain(id);
        expect(await bench.find(name)).toBeDefined();
        await defined(bench.backend.attachments).detach(name, instanceIds, operation());
        await remove(name);
        expect(await bench.find(name)).toBeUndefined();
      });

    if (attachments)
      it("of many at once fails only for those that are attached", async () => {
        const records = await Promise.all(Array.from({ length: 8 }, () => bench.import("batch")));
        const [stuck, ...free] = records.map(({ name }) => name);
        const instanceIds = attachments.instanceIds.slice(0, 1);
        await defined(bench.backend.attachments).attach(defined(stuck), instanceIds, operation());
        const [refused, ...done] = await Promise.allSettled(
          [stuck, ...free].map((name) => remove(defined(name))),
        );
        expect(done.map(({ status }) => status)).toEqual(free.map(() => "fulfilled"));
        expect(refused).toMatchObject({
          status: "rejected",
          reason: { code: "InUse", details: { keyPairName: stuck } },
        });
        expect(await bench.listed(records.map(({ name }) => name))).toEqual([stuck]);
      });
  });
}
