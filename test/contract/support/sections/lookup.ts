import { describe, expect, it, test } from "vitest";
import { readPublicKey } from "../../../../provider/keys";
import { operation } from "../harness";
import { defined, newLine, type Workbench } from "../workbench";

export function lookup(bench: Workbench): void {
  describe("find", () => {
    test.for(["sweep", "exact"] as const)(
      "tells the public key and what the pair is (%s)",
      async (freshness) => {
        const publicKey = await newLine();
        const record = await bench.import("whole", { publicKey });
        const found = defined(await bench.backend.findKeyPair(record.name, freshness, operation()));
        expect(found).toMatchObject({ name: record.name, fingerprint: record.fingerprint });
        expect(readPublicKey(defined(found.publicKey)).blob.equals(readPublicKey(publicKey).blob)).toBe(true);
        if (found.createdAt !== undefined) expect(Date.parse(found.createdAt)).not.toBeNaN();
      },
    );

    test.for(["sweep", "exact"] as const)(
      "answers undefined when there is no such pair (%s)",
      async (freshness) => {
        expect(
          await bench.backend.findKeyPair(bench.newName("none"), freshness, operation()),
        ).toBeUndefined();
      },
    );

    it("takes the name as it is: no wildcard, no part of a name, no other spelling", async () => {
      const { name } = await bench.import("exact");
      const neighbour = bench.willUse(`${name}-2`);
      await bench.backend.importKeyPair({ name: neighbour, publicKey: await newLine() }, operation());
      const half = name.slice(0, -2);
      for (const other of [
        half,
        `${half}*`,
        "*",
        `${half}??`,
        `${half}%`,
        `${half}[0-9a-f][0-9a-f]`,
        `.${name}`,
      ]) {
        for (const freshness of ["sweep", "exact"] as const) {
          expect(
            await bench.backend.findKeyPair(other, freshness, operation()),
            `${other} (${freshness})`,
          ).toBeUndefined();
        }
      }
      expect(defined(await bench.find(name)).name).toBe(name);
      expect(defined(await bench.find(neighbour)).name).toBe(neighbour);
    });

    it("sees its own writes in a sweep that was made before them", async () => {
      const name = bench.newName("own");
      const sweep = () => bench.backend.findKeyPair(name, "sweep", operation());
      expect(await sweep()).toBeUndefined();
      const first = await bench.backend.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(defined(await sweep()).fingerprint).toBe(first.fingerprint);
      await bench.backend.deleteKeyPair(name, operation());
      expect(await sweep()).toBeUndefined();
      const second = await bench.backend.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(second.fingerprint).not.toBe(first.fingerprint);
      expect(defined(await sweep()).fingerprint).toBe(second.fingerprint);
    });

    it("sees, when asked exactly, what another writer did after the sweep", async () => {
      const { name } = await bench.import("shared");
      const exact = () => bench.backend.findKeyPair(name, "exact", operation());
      await bench.backend.findKeyPair(name, "sweep", operation());
      await bench.other.deleteKeyPair(name, operation());
      expect(await exact()).toBeUndefined();
      const theirs = await bench.other.importKeyPair({ name, publicKey: await newLine() }, operation());
      expect(defined(await exact()).fingerprint).toBe(theirs.fingerprint);
    });

    it("answers many at once, each with its own pair", async () => {
      const records = await Promise.all(Array.from({ length: 12 }, () => bench.import("many")));
      for (const freshness of ["sweep", "exact"] as const) {
        const found = await Promise.all(
          records.map(({ name }) => bench.backend.findKeyPair(name, freshness, operation())),
        );
        expect(found.map((record) => record?.fingerprint)).toEqual(
          records.map(({ fingerprint }) => fingerprint),
        );
      }
    });
  });
}
