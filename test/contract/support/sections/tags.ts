import { describe, expect, it } from "vitest";
import type { Tags } from "../../../../provider/core/model";
import { operation } from "../harness";
import { defined, type Workbench } from "../workbench";

export function tags(bench: Workbench): void {
  const capability = bench.harness.capabilities.tags;

  if (!capability) {
    withoutTags(bench);
    return;
  }
  const { most, ignoresCase, addSystemTag } = capability;

  describe("tags", () => {
    const change = (name: string, set: Tags, remove: string[] = []) =>
      defined(bench.backend.changeTags?.(name, { set, remove }, operation()));
    const tagsOf = async (name: string) => defined(await bench.find(name)).tags;

    it("of an import and of a created pair are kept, also without a value and of unusual texts", async () => {
      const all = { team: "ops", empty: "", "a b/é*~+&=%": "ü 键 ' \" \\", ["__proto__"]: "x" };
      const imported = await bench.import("tagged", { tags: all });
      expect(await tagsOf(imported.name)).toEqual(all);
      if (!bench.harness.capabilities.madeKey) return;
      const name = bench.newName("made");
      await bench.backend.createKeyPair({ name, tags: all }, operation());
      expect(await tagsOf(name)).toEqual(all);
    });

    it("are an empty map where there are none", async () => {
      const { name } = await bench.import("bare");
      expect(await tagsOf(name)).toEqual({});
    });

    it("are set, given another value and removed in one change, and the same change again is fine", async () => {
      const { name } = await bench.import("changed", { tags: { keep: "1", value: "old", gone: "x" } });
      for (let time = 1; time <= 2; time++) {
        await change(name, { value: "new", more: "2" }, ["gone", "never-there"]);
        expect(await tagsOf(name)).toEqual({ keep: "1", value: "new", more: "2" });
      }
      await change(name, {}, []);
      expect(await tagsOf(name)).toEqual({ keep: "1", value: "new", more: "2" });
    });

    it("are all replaced by as many others, as many as a pair has", async () => {
      const before = numbered("before", most);
      const after = numbered("after", most);
      const { name } = await bench.import("full", { tags: before });
      expect(await tagsOf(name)).toEqual(before);
      await change(name, after, Object.keys(before));
      expect(await tagsOf(name)).toEqual(after);
    });

    it("are removed in any number, whether they are there or not", async () => {
      const { name } = await bench.import("emptied", { tags: numbered("tag", most) });
      await change(name, {}, [
        ...Object.keys(numbered("tag", most)),
        ...Object.keys(numbered("none", most + 1)),
      ]);
      expect(await tagsOf(name)).toEqual({});
    });

    it("that are too many are refused, and those that are there stay", async () => {
      const before = numbered("tag", most);
      const { name } = await bench.import("over", { tags: before });
      await bench.refusal(name, change(name, { "one-more": "x" }), "QuotaExceeded", "Refused");
      expect(await tagsOf(name)).toEqual(before);
    });

    if (ignoresCase)
      it("change the case of a key when the old spelling is removed in the same change", async () => {
        const { name } = await bench.import("case", { tags: { team: "ops" } });
        await change(name, { Team: "ops" }, ["team"]);
        expect(await tagsOf(name)).toEqual({ Team: "ops" });
      });

    it("cannot be changed of a pair that is not there", async () => {
      const name = bench.newName("none");
      await bench.refusal(name, change(name, { team: "ops" }), "NotFound");
    });

    it("that another writer changed are seen", async () => {
      const { name } = await bench.import("theirs", { tags: { team: "ops" } });
      await defined(bench.other.changeTags?.(name, { set: { team: "dev" }, remove: [] }, operation()));
      expect(await tagsOf(name)).toEqual({ team: "dev" });
    });

    if (addSystemTag)
      it("of the system are not shown, not counted and not removed", async () => {
        const { name } = await bench.import("system", { tags: numbered("tag", most) });
        await addSystemTag(name);
        expect(await tagsOf(name)).toEqual(numbered("tag", most));
        await change(name, { mine: "1" }, Object.keys(numbered("tag", most)));
        expect(await tagsOf(name)).toEqual({ mine: "1" });
      });
  });
}

function withoutTags(bench: Workbench): void {
  describe("tags, which the cloud does not have,", () => {
    it("are absent from the client and its records, and refused by the rules", async () => {
      expect(bench.backend.changeTags).toBeUndefined();
      expect((await bench.import("plain")).tags).toBeUndefined();
      expect([...bench.harness.rules.checkTags({ team: "ops" }).values()].join()).toMatch(/\S/);
    });
  });
}

function numbered(prefix: string, count: number): Tags {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}-${n}`, `value ${n}`]));
}
