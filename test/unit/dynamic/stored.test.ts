import { describe, expect, test } from "vitest";
import { KEY_PAIR_PROPERTIES } from "../../../provider/core/properties";
import { packed, unpacked } from "../../../provider/dynamic/stored";

const LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDUAggg6jG9f9heS+G72ghvNW1MCqFDtWJBl2zxqERoP anna@laptop";
const pack = (state: object) => packed(state, KEY_PAIR_PROPERTIES);
const unpack = <State extends object>(state: State) => unpacked(state, KEY_PAIR_PROPERTIES);

describe("the stored state", () => {
  test("holds the public key once", () => {
    const state = { keyPairName: "deploy", publicKeyBody: LINE, publicKey: LINE, __ownKey: "SHA256:x" };
    const stored = pack(state);
    expect(stored).toEqual({
      keyPairName: "deploy",
      publicKey: LINE,
      __ownKey: "SHA256:x",
      __leftOut: ["publicKeyBody"],
    });
    expect(unpack(stored)).toEqual(state);
  });

  test.each([
    ["a created pair", { publicKey: LINE, privateKey: "a secret" }],
    ["a pair whose key somebody replaced", { publicKeyBody: LINE, publicKey: `${LINE} other` }],
    ["a pair whose cloud tells no key", { publicKeyBody: LINE, publicKey: "" }],
    ["a resource of which only the name is known", {}],
  ])("of %s is what it was", (_, state) => {
    expect(pack(state)).toEqual(state);
    expect(unpack(state)).toEqual(state);
  });
});
