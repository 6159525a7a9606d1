import { describe, expect, it } from "vitest";
import type { AttachmentClient } from "../../../../provider/core/backend";
import { operation } from "../harness";
import { defined, type Workbench } from "../workbench";

export function attachments(bench: Workbench): void {
  const capability = bench.harness.capabilities.attachments;

  if (!capability) {
    describe("attachments, which the cloud does not have,", () => {
      it("are absent from the client", () => expect(bench.backend.attachments).toBeUndefined());
    });
    return;
  }
  const { instanceIds, missing } = capability;
  const one = instanceIds.slice(0, 1);
  const two = instanceIds.slice(0, 2);

  describe("attachments", () => {
    const client = (): AttachmentClient => defined(bench.backend.attachments);
    const attached = async (name: string) => (await client().attachedInstances(name, operation())).toSorted();

    it("are made and undone, and doing so again is fine", async () => {
      const { name } = await bench.import("bound");
      expect(await attached(name)).toEqual([]);
      for (let time = 1; time <= 2; time++) {
        expect(await client().attach(name, two, operation())).toEqual([]);
        expect(await attached(name)).toEqual(two.toSorted());
      }
      for (let time = 1; time <= 2; time++) {
        expect(await client().detach(name, one, operation())).toEqual([]);
        expect(await attached(name)).toEqual(two.slice(1));
      }
    });

    it("are told of many pairs at once", async () => {
      const pairs = await Promise.all(["first", "second", "third"].map((name) => bench.import(name)));
      const [first = "", second = "", third = ""] = pairs.map(({ name }) => name);
      await client().attach(first, one, operation());
      await client().attach(second, two.slice(1), operation());
      const told = await client().attachedInstancesOf([first, second, third], operation());
      expect([...told]).toEqual([
        [first, one],
        [second, two.slice(1)],
        [third, []],
      ]);
    });

    it("take more instances than one call does", async () => {
      const { name } = await bench.import("fleet");
      expect(await client().attach(name, [...instanceIds], operation())).toEqual([]);
      expect(await attached(name)).toEqual(instanceIds.toSorted());
      expect(await client().detach(name, [...instanceIds], operation())).toEqual([]);
      expect(await attached(name)).toEqual([]);
    });

    it("of an instance that is not there fail alone, with the reason", async () => {
      const { name } = await bench.import("partly");
      const failures = await client().attach(name, [...one, missing], operation());
      expect(failures).toEqual([
        expect.objectContaining({ instanceId: missing, message: expect.stringMatching(/\S/) }),
      ]);
      expect(await attached(name)).toEqual(one);
      expect(await client().detach(name, [missing], operation())).toEqual([]);
    });

    it("are one for each instance: the later pair takes the place of the earlier", async () => {
      const [earlier, later] = [await bench.import("earlier"), await bench.import("later")];
      await client().attach(earlier.name, two, operation());
      await client().attach(later.name, one, operation());
      expect(await attached(earlier.name)).toEqual(two.slice(1));
      expect(await attached(later.name)).toEqual(one);
      await client().detach(earlier.name, one, operation());
      expect(await attached(later.name)).toEqual(one);
    });

    it("take effect when an instance is restarted, which ends when it runs again", async () => {
      expect(await client().runningInstances([...instanceIds], operation())).toEqual([...instanceIds]);
      const [id = ""] = one;
      await client().restart(id, operation());
      await client().untilRunning(id, operation());
      expect(await client().runningInstances(one, operation())).toEqual(one);
    });

    it("need a pair that is there", async () => {
      const name = bench.newName("none");
      await bench.refusal(name, client().attach(name, one, operation()), "NotFound");
      await bench.refusal(name, client().detach(name, one, operation()), "NotFound");
    });
  });
}
