import { describe, expect, test } from "vitest";
import { keyPairResource } from "../../../provider/core/keyPair";
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
      __leftOut: "publicKeyBody",
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
    ["a resource of which only the name is known", {}],
  ])("of %s is what it was", (_, state) => {
    expect(restored(compact(state), derivations)).toEqual(state);
  });

  test("of a created pair says nothing of what it leaves out", () => {
    const state = createdState({ connection: { backend: "local", region: "here" } });
    expect(compact(state)).toEqual(without(state, "connection", "__ownKey"));
  });

  test("that does not say whose key it holds (another version wrote it, or a hand) holds its own", () => {
    const state = createdState();
    expect(restored(without(state, "__ownKey"), derivations)).toEqual(state);
  });

  test("of another version or front is what it is", () => {
    expect(restored(importedState(), derivations)).toEqual(importedState());
  });
});
