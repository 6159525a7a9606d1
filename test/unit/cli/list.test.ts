import { describe, expect, it } from "vitest";
import { describePairs } from "../../../provider/cli/list/describe";
import { listJson, listText } from "../../../provider/cli/list/report";
import { nothingFound } from "../../../provider/cli/pairs/nothingFound";
import type { PairsOptions } from "../../../provider/cli/pairs/options";
import type { Backend } from "../../../provider/core/backend";
import { KeyPairError } from "../../../provider/core/errors";
import { fingerprintSha256, readPublicKey, weaknessOf } from "../../../provider/keys";
import { ed25519Key, rsaKey } from "../core/support/keys";
import { found } from "./support/found";

const HOW = { now: Date.parse("2026-11-29T12:00:00Z"), timeoutSeconds: 60 };

function rsaPair(name: string) {
  const pair = found(name, { region: "a", createdAt: "2024-11-29T13:00Z" });
  return { ...pair, key: readPublicKey(rsaKey("weak").publicKey) };
}

describe("the list", () => {
  it("shows a row for each pair, with what is to be known of it", async () => {
    const { listed } = await describePairs(
      [
        found("anna", { region: "a", createdAt: "2026-11-29T11:00Z", keyOf: "shared" }),
        found("bert", { region: "b", createdAt: "2026-11-19T11:00Z", keyOf: "shared" }),
        rsaPair("old"),
        found("odd", { region: "b", createdAt: "2026-11-19T11:00Z", keyOf: null }),
      ],
      HOW,
    );
    const [shared, weak] = [ed25519Key("shared"), rsaKey("weak")].map(({ publicKey }) =>
      fingerprintSha256(readPublicKey(publicKey)),
    );
    expect(listText(listed).split("\n")).toEqual([
      "NAME  REGION  TYPE         BITS  FINGERPRINT                                         AGE   INSTANCES  NOTES",
      `anna  a       ssh-ed25519  256   ${shared}  0d    ?          duplicate: same key as bert (b)`,
      `bert  b       ssh-ed25519  256   ${shared}  10d   ?          duplicate: same key as anna (a)`,
      `old   a       ssh-rsa      1024  ${weak}  729d  ?          weak: RSA with 1024 bits, of 2048 at least`,
      `odd   b       ?            ?     ${"00:11".padEnd(50)}  10d   ?          unreadable: it is two lines`,
      "",
    ]);
  });

  it("calls a pair of a set no duplicate of itself in another region", async () => {
    const createdAt = "2026-11-29T11:00Z";
    const { listed } = await describePairs(
      [
        found("anna", { region: "a", createdAt, keyOf: "shared" }),
        found("anna", { region: "b", createdAt, keyOf: "shared" }),
      ],
      HOW,
    );
    expect(listText(listed)).not.toContain("duplicate");
    expect(listed.map(({ sameKeyAs }) => sameKeyAs)).toEqual([[], []]);
  });

  it.each<[PairsOptions, string[], string]>([
    [{}, ["a"], "There are no key pairs (alibaba a). Give --region, if they are in another one."],
    [{ region: ["a"] }, ["a"], "There are no key pairs (alibaba a)."],
    [{ region: ["a", "b"] }, ["a", "b"], "There are no key pairs (alibaba backend, regions a, b)."],
    [{ allRegions: true, namePattern: "x" }, ["a"], "There are no such key pairs (alibaba a)."],
  ])("says where there is none, and what to do: %j", (options, regions, said) => {
    const places = regions.map((region) => ({ name: "alibaba", region, location: `alibaba ${region}` }));
    expect(nothingFound(options, places as Backend[])).toBe(said);
  });

  it("is one row a pair, whatever its name", async () => {
    const { listed } = await describePairs([found("a\nb\x1b[2J", { createdAt: "2026-11-29T11:00Z" })], HOW);
    expect(listText(listed)).toContain("\na\\u000ab\\u001b[2J  -  ");
  });

  it("counts instances where they are many", async () => {
    const { listed } = await describePairs([found("web", { createdAt: "2026-11-29T11:00Z" })], HOW);
    const row = (...instanceIds: string[]) => listText([{ ...listed[0], instanceIds } as never]);
    expect(row("i-1", "i-2", "i-3")).toMatch(/ i-1, i-2, i-3\n$/);
    expect(row("i-1", "i-2", "i-3", "i-4")).toMatch(/ 4\n$/);
    expect(row()).toMatch(/ -\n$/);
  });

  it("has all that is known, also where the cloud does not answer the second question", async () => {
    const failing = found("anna", { region: "a", createdAt: "2026-11-29T11:00Z" });
    const error = new KeyPairError({ code: "Unavailable", message: "it is down" });
    Object.assign(failing.backend, { attachments: { attachedInstancesOf: () => Promise.reject(error) } });
    const other = found("bert", { region: "b", createdAt: "2026-11-29T11:00Z" });
    const { listed, unclear } = await describePairs([failing, other], HOW);
    expect(listed.map(({ name, instanceIds }) => [name, instanceIds])).toEqual([
      ["anna", undefined],
      ["bert", undefined],
    ]);
    expect(unclear).toEqual([{ location: failing.backend.location, error }]);
  });

  it("tells programs the same, and why a place could not be looked at", async () => {
    const { listed } = await describePairs([rsaPair("old"), rsaPair("old-2")], HOW);
    const error = new KeyPairError({ code: "PermissionDenied", message: "no" });
    const told = JSON.parse(
      listJson(listed, [found("any", { region: "a" }).backend], [{ location: "b", error }]),
    );
    expect(told).toEqual({
      keyPairs: [
        {
          name: "old",
          backend: "local",
          region: "a",
          type: "ssh-rsa",
          bits: 1024,
          fingerprint: expect.any(String),
          fingerprintSha256: expect.stringMatching(/^SHA256:/),
          createdAt: "2024-11-29T13:00Z",
          ageDays: 729,
          weakness: "RSA with 1024 bits, of 2048 at least",
          sameKeyAs: [{ name: "old-2", region: "a" }],
        },
        expect.objectContaining({ name: "old-2", sameKeyAs: [{ name: "old", region: "a" }] }),
      ],
      lookedAt: ["fake here"],
      unclear: [{ location: "b", error: "no." }],
    });
  });
});

it.each([
  ["rsa", 2048, undefined],
  ["rsa", 2047, "RSA with 2047 bits, of 2048 at least"],
  ["dsa", 3072, "DSA, which OpenSSH takes no more"],
  ["ecdsa", 256, undefined],
  ["ed25519", 256, undefined],
] as const)("%s with %i bits is weak: %s", (type, bits, weakness) => {
  expect(weaknessOf({ type, bits })).toBe(weakness);
});
