import { describe, expect, it } from "vitest";
import type { Backend, Operation } from "../../../../provider/core/backend";
import { BACKEND_NAMES } from "../../../../provider/core/model";
import { operation } from "../harness";
import { defined, newLine, type Workbench } from "../workbench";

/** Who the client is, how it is interrupted, how it gives up and how it ends. */
export function endings(bench: Workbench): void {
  const { rules, stall, capabilities } = bench.harness;

  describe("a client", () => {
    it("says which cloud it is, and where", () => {
      expect(BACKEND_NAMES).toContain(bench.backend.name);
      expect(bench.backend.name).toBe(rules.backend);
      expect(bench.backend.location).toContain(bench.backend.name);
      if (bench.backend.region !== undefined) expect(bench.backend.location).toContain(bench.backend.region);
      expect(bench.backend.endpoint).toMatch(/\S/);
      expect(bench.backend.credentialsFrom).toMatch(/\S/);
    });

    it("says to whom its credentials belong, the same each time, and its pairs belong to the same", async () => {
      const owner = await bench.backend.owner(operation());
      expect(await bench.backend.owner(operation())).toEqual(owner);
      expect(await bench.other.owner(operation())).toEqual(owner);
      if (owner !== undefined) expect(owner.id).toMatch(/\S/);
      const { ownerId } = await bench.import("owned");
      if (ownerId !== undefined && owner !== undefined) expect(ownerId).toBe(owner.id);
    });

    it("rejects with Cancelled, and does nothing, once the user has interrupted", async () => {
      const { name } = await bench.import("there");
      const unborn = bench.newName("unborn");
      const interrupted = operation({ signal: AbortSignal.abort() });
      for (const [method, call] of await calls(bench.backend, name, unborn)) {
        await expect(bench.failure(call(interrupted), "Cancelled"), method).resolves.toBeDefined();
      }
      expect(await bench.find(unborn)).toBeUndefined();
      const { tags } = defined(await bench.find(name));
      expect(tags).toEqual(capabilities.tags ? {} : undefined);
    });

    if (stall)
      it("gives up at the deadline while the cloud does not answer, says what it waited for, and works again", async () => {
        const { name } = await bench.import("waiting");
        const end = await stall();
        const progress: string[] = [];
        const startedAt = Date.now();
        try {
          const hurried = operation({ timeoutMs: 3000, progress: (message) => progress.push(message) });
          await bench.failure(
            bench.backend.deleteKeyPair(name, hurried),
            "DeadlineExceeded",
            "OutcomeUnknown",
          );
        } finally {
          await end();
        }
        expect(Date.now() - startedAt).toBeLessThan(20_000);
        expect(progress.join("\n")).toMatch(/wait|again/);
        expect(await bench.find(name)).toBeDefined();
      });

    if (stall)
      it("stops waiting when the user interrupts", async () => {
        const name = bench.newName("interrupted");
        const publicKey = await newLine();
        const end = await stall();
        const interruption = new AbortController();
        const startedAt = Date.now();
        const progress = () => interruption.abort();
        setTimeout(progress, 1000);
        try {
          const call = bench.backend.importKeyPair(
            { name, publicKey },
            operation({ signal: interruption.signal, progress }),
          );
          await bench.failure(call, "Cancelled");
        } finally {
          await end();
        }
        expect(Date.now() - startedAt).toBeLessThan(20_000);
        expect(await bench.find(name)).toBeUndefined();
      });

    it("closes as often as it is asked to, and another one finds what it left", async () => {
      const client = await bench.openClient();
      const name = bench.newName("left");
      await client.importKeyPair({ name, publicKey: await newLine() }, operation());
      await client.close();
      await client.close();
      const next = await bench.openClient();
      expect(await next.findKeyPair(name, "exact", operation())).toBeDefined();
      expect(await bench.find(name)).toBeDefined();
    });
  });
}

/** Every call that the client has: on a pair that is there, or to make one that is not. */
async function calls(
  backend: Backend,
  name: string,
  unborn: string,
): Promise<[string, (operation: Operation) => Promise<unknown>][]> {
  const publicKey = await newLine();
  const all: [string, ((operation: Operation) => Promise<unknown> | undefined) | false][] = [
    ["import", (operation) => backend.importKeyPair({ name: unborn, publicKey }, operation)],
    ["create", (operation) => backend.createKeyPair({ name: unborn }, operation)],
    ["find", (operation) => backend.findKeyPair(name, "exact", operation)],
    ["list", (operation) => backend.listKeyPairs({}, operation)],
    ["delete", (operation) => backend.deleteKeyPair(name, operation)],
    [
      "tags",
      backend.changeTags
        ? (operation) => backend.changeTags?.(name, { set: { a: "b" }, remove: [] }, operation)
        : false,
    ],
    [
      "attached",
      backend.attachments ? (operation) => backend.attachments?.attachedInstances(name, operation) : false,
    ],
  ];
  return all.flatMap(([method, call]) =>
    call ? [[method, async (operation: Operation) => call(operation)]] : [],
  );
}
