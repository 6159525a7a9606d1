import { describe, expect, it, test } from "vitest";
import type { KeyPairRecord } from "../../../../provider/core/backend";
import {
  fingerprintMd5,
  formatPublicKeyLine,
  type PublicKey,
  publicKeyOfPrivateKey,
  readPublicKey,
  sameKey,
} from "../../../../provider/keys";
import { operation } from "../harness";
import { KEY_TYPES } from "../keyTypes";
import { defined, newKey, newLine, type Workbench } from "../workbench";

/** How far the clocks of the cloud and of this machine may be apart, and a minute that the cloud may cut off. */
const CLOCK_TOLERANCE_MS = 120_000;

export function importing(bench: Workbench): void {
  const { rules, capabilities } = bench.harness;

  describe("import", () => {
    for (const { title, make } of KEY_TYPES) {
      it(`takes or refuses a key as the rules say: ${title}`, async () => {
        const key = await make();
        const line = formatPublicKeyLine(key);
        if (rules.checkPublicKey(key, line)?.verdict === "refuse") return;
        const record = await bench.import("type", { publicKey: line });
        expectPairOf(record, key);
        expectPairOf(defined(await bench.find(record.name)), key);
      });
    }

    it("takes a key that has a comment", async () => {
      const key = await newKey();
      const { name } = await bench.import("comment", {
        publicKey: `${formatPublicKeyLine(key)} someone@somewhere`,
      });
      expectPairOf(defined(await bench.find(name)), key);
    });

    test.for(capabilities.unusualNames)("keeps the name as it is: %j", async (unusual) => {
      expect(rules.checkName(unusual)).toBeUndefined();
      const name = bench.willUse(unusual);
      const publicKey = await newLine();
      const record = await bench.backend.importKeyPair({ name, publicKey }, operation());
      expect(record.name).toBe(name);
      expect(defined(await bench.find(name)).name).toBe(name);
      expect(await bench.listed([name])).toEqual([name]);
      await bench.backend.deleteKeyPair(name, operation());
      expect(await bench.find(name)).toBeUndefined();
    });

    it("rejects with AlreadyExists when the name is taken, also by the same key, and leaves what is there alone", async () => {
      const key = await newKey();
      const { name } = await bench.import("taken", { publicKey: formatPublicKeyLine(key) });
      for (const publicKey of [await newLine(), formatPublicKeyLine(key)]) {
        await bench.refusal(
          name,
          bench.backend.importKeyPair({ name, publicKey }, operation()),
          "AlreadyExists",
        );
      }
      expectPairOf(defined(await bench.find(name)), key);
    });

    it("gives a name that two writers want to exactly one of them", async () => {
      const name = bench.newName("race");
      const lines = [await newLine(), await newLine()];
      const results = await Promise.allSettled(
        [bench.backend, bench.other].map((client, n) =>
          client.importKeyPair({ name, publicKey: defined(lines[n]) }, operation()),
        ),
      );
      const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      const lost = results.flatMap((result) =>
        result.status === "rejected" ? [Promise.reject(result.reason)] : [],
      );
      expect(won).toHaveLength(1);
      await Promise.all(lost.map((result) => bench.refusal(name, result, "AlreadyExists")));
      expect(defined(await bench.find(name)).fingerprint).toBe(defined(won[0]).fingerprint);
    });

    it("says which pair a key that is none was for, without the text of the key", async () => {
      const name = bench.newName("damaged");
      const publicKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQdamaged";
      const error = await bench.failure(
        bench.backend.importKeyPair({ name, publicKey }, operation()),
        "Refused",
        "InvalidKey",
        "InvalidInput",
      );
      expect(error.message).toContain(name);
      expect(error.message).not.toContain("gQdamaged");
      expect(await bench.find(name)).toBeUndefined();
    });
  });
}

export function creation(bench: Workbench): void {
  const { madeKey } = bench.harness.capabilities;

  describe("create", () => {
    if (madeKey)
      it("hands out the private half of the key that the cloud has, once", async () => {
        const { privateKey, ...record } = await bench.create("made");
        const key = publicKeyOfPrivateKey(privateKey);
        expect(key).toMatchObject(madeKey);
        expectPairOf(record, key);
        const found = defined(await bench.find(record.name));
        expectPairOf(found, key);
        const listed = await bench.backend.listKeyPairs({}, operation());
        for (const later of [found, ...listed]) {
          expect(later).not.toHaveProperty("privateKey");
          expect(JSON.stringify(later)).not.toContain("PRIVATE KEY");
        }
      });

    if (madeKey)
      it("makes another key each time", async () => {
        const [one, two] = await Promise.all([bench.create("one"), bench.create("two")]);
        expect(one.fingerprint).not.toBe(two.fingerprint);
        expect(one.privateKey).not.toBe(two.privateKey);
      });

    if (madeKey)
      it("rejects with AlreadyExists when the name is taken, and leaves what is there alone", async () => {
        const { name, fingerprint } = await bench.import("taken");
        const error = await bench.refusal(
          name,
          bench.backend.createKeyPair({ name }, operation()),
          "AlreadyExists",
        );
        expect(error.message).not.toContain("PRIVATE KEY");
        expect(defined(await bench.find(name)).fingerprint).toBe(fingerprint);
      });

    if (!madeKey)
      it("rejects with GenerationUnsupported where the cloud makes no keys, and makes nothing", async () => {
        const name = bench.newName("made");
        const error = await bench.failure(bench.backend.createKeyPair({ name }, operation()), "Refused");
        expect(error.details.cloudCode).toBe("GenerationUnsupported");
        expect(await bench.find(name)).toBeUndefined();
      });
  });
}

/** Everything that a record says agrees with the key. */
function expectPairOf(record: KeyPairRecord, key: PublicKey): void {
  expect(record.fingerprint.replaceAll(":", "").toLowerCase()).toBe(fingerprintMd5(key).replaceAll(":", ""));
  if (record.publicKey !== undefined) expect(sameKey(readPublicKey(record.publicKey), key)).toBe(true);
  if (record.createdAt !== undefined) {
    expect(record.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/);
    expect(Math.abs(Date.parse(record.createdAt) - Date.now())).toBeLessThan(CLOCK_TOLERANCE_MS);
  }
}
