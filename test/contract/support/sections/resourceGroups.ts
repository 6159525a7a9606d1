import { describe, expect, it } from "vitest";
import { operation } from "../harness";
import { defined, newLine, type Workbench } from "../workbench";

export function resourceGroups(bench: Workbench): void {
  const capability = bench.harness.capabilities.resourceGroups;

  if (!capability) {
    withoutResourceGroups(bench);
    return;
  }
  const { missing } = capability;
  const [first, second] = capability.ids;

  describe("resource groups", () => {
    const groupOf = async (name: string) => defined(await bench.find(name)).resourceGroupId;
    const move = (name: string, group: string) =>
      defined(bench.backend.moveToResourceGroup?.(name, group, operation()));

    it("of a new pair are kept", async () => {
      const { name } = await bench.import("grouped", { resourceGroupId: first });
      expect(await groupOf(name)).toBe(first);
    });

    it("change, keep the tags and the key, and the same move again is fine", async () => {
      const before = await bench.import("moved", { resourceGroupId: first, tags: { team: "ops" } });
      for (let time = 1; time <= 2; time++) {
        await move(before.name, second);
        const after = defined(await bench.find(before.name));
        expect(after).toMatchObject({
          resourceGroupId: second,
          tags: { team: "ops" },
          fingerprint: before.fingerprint,
        });
      }
    });

    it.for(["sweep", "exact"] as const)(
      "a pair is found with its group, and after it left the group (%s)",
      async (freshness) => {
        const { name } = await bench.import("sought", { resourceGroupId: first });
        const find = (group: string) => bench.backend.findKeyPair(name, freshness, operation(), group);
        expect(await find(first)).toMatchObject({ name, resourceGroupId: first });
        expect(await find(second)).toMatchObject({ name, resourceGroupId: first });
        expect(
          await bench.backend.findKeyPair(bench.newName("none"), freshness, operation(), first),
        ).toBeUndefined();
      },
    );

    it("that are not there are refused, which does not mean that the pair is gone", async () => {
      const { name } = await bench.import("lost", { resourceGroupId: first });
      const error = await bench.refusal(name, move(name, missing), "Refused", "InvalidInput");
      expect(error.details.property).toBe("resourceGroupId");
      const unborn = bench.newName("unborn");
      const request = { name: unborn, publicKey: await newLine(), resourceGroupId: missing };
      await bench.refusal(
        unborn,
        bench.backend.importKeyPair(request, operation()),
        "Refused",
        "InvalidInput",
      );
      expect(await groupOf(name)).toBe(first);
      expect(await bench.find(unborn)).toBeUndefined();
    });

    it("take no pair that is not there", async () => {
      const name = bench.newName("none");
      await bench.refusal(name, move(name, first), "NotFound");
    });
  });
}

function withoutResourceGroups(bench: Workbench): void {
  describe("resource groups, which the cloud does not have,", () => {
    it("are absent from the client and its records, and refused by the rules", async () => {
      expect(bench.backend.moveToResourceGroup).toBeUndefined();
      expect((await bench.import("plain")).resourceGroupId).toBeUndefined();
      expect(bench.harness.rules.checkResourceGroup("rg-bp67acfmxazb4p")).toMatch(/\S/);
    });
  });
}
