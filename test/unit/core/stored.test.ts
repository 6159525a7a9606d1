import { describe, expect, test } from "vitest";
import { keyPairResource } from "../../../provider/core/resource";
import { compacted, restored } from "../../../provider/core/stored";
import { createdState, foreignState, importedState, without } from "./support/states";

const { derivations } = keyPairResource;
const compact = (state: object) => compacted(state, derivations);

describe("a stored state", () => {
  test("leaves out what follows from the rest", () => {
    const state = importedState({ connection: { backend: "local", region: "here" } });
    const stored = compact(state);
    expect(stored).toEqual({
      ...without(state, "publicKeyBody", "connection", "__ownKey"),
      __leftOut: "012",
    });
    expect(restored(stored, derivations)).toEqual(state);
  });

  test.each([
    ["a created pair", createdState()],
    ["a pair whose key somebody replaced", foreignState(importedState())],
    ["a created pair whose key somebody replaced", foreignState(createdState())],
    ["a pair whose cloud tells no key", importedState({ publicKey: "" })],
    [
      "a pair with a connection of its own",
      importedState({ connection: { backend: "local", path: "x.db" } }),
    ],
    ["a pair without a region", without(importedState(), "region")],
    ["a pair that does not say whose key it holds", without(importedState(), "__ownKey")],
    ["a resource of which only the name is known", {}],
  ])("of %s is what it was", (_, state) => {
    expect(restored(compact(state), derivations)).toEqual(state);
  });

  test("of another version or front is what it is", () => {
    expect(restored(importedState(), derivations)).toEqual(importedState());
  });
});
