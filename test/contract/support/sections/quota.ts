import { describe, expect, it } from "vitest";
import { operation } from "../harness";
import { defined, newLine, type Workbench } from "../workbench";

export function quota(bench: Workbench): void {
  const { openWithRoomFor, capabilities, quotaRaces } = bench.harness;

  describe.runIf(openWithRoomFor)("a quota", () => {
    const openSmall = (count: number) =>
      bench.openClient(async () => defined(await openWithRoomFor?.(count)));

    it("that is reached half-way keeps what was made, and takes more once there is room", async () => {
      const client = await openSmall(2);
      const publicKey = await newLine();
      const names = Array.from({ length: 5 }, () => bench.newName("quota"));
      const importOne = (name: string) => client.importKeyPair({ name, publicKey }, operation());
      const results = quotaRaces
        ? await settledInTurn(names, importOne)
        : await Promise.allSettled(names.map(importOne));
      const made = names.filter((_, n) => results[n]?.status === "fulfilled");
      expect(made).toHaveLength(2);
      const refused = names.filter((name) => !made.includes(name));
      for (const name of refused) {
        await bench.refusal(name, client.importKeyPair({ name, publicKey }, operation()), "QuotaExceeded");
        expect(await client.findKeyPair(name, "exact", operation())).toBeUndefined();
      }
      for (const name of made) expect(await client.findKeyPair(name, "exact", operation())).toBeDefined();

      await client.deleteKeyPair(defined(made[0]), operation());
      await client.importKeyPair({ name: defined(refused[0]), publicKey }, operation());
      for (const name of names) await client.deleteKeyPair(name, operation());
    });

    if (capabilities.madeKey)
      it("refuses created pairs too, and shows no private key", async () => {
        const client = await openSmall(0);
        const name = bench.newName("quota");
        const error = await bench.refusal(name, client.createKeyPair({ name }, operation()), "QuotaExceeded");
        expect(JSON.stringify(error.details) + error.message).not.toContain("PRIVATE KEY");
      });
  });
}

async function settledInTurn<T>(
  names: string[],
  call: (name: string) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  for (const name of names) results.push(...(await Promise.allSettled([call(name)])));
  return results;
}
