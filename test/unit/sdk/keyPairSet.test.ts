import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { KEY_PAIR_SET_PROPERTIES } from "../../../provider/core/keyPairSet/properties";
import { argumentNames, computedNames } from "../../../provider/core/resource/propertyTable";
import { KEY_PAIR_SET_PROVIDER } from "../../../provider/fronts/dynamic/stub";
import { KeyPairSet, type KeyPairSetArgs } from "../../../sdk";
import {
  KEY_PAIR_SET_ARGUMENTS,
  KEY_PAIR_SET_OUTPUTS,
  nameProblem,
  regionsToAsk,
} from "../../../sdk/keyPairSetProperties";

let inputs: Record<string, unknown>;
/** What the mock of the engine tells beside the arguments. */
let told: Record<string, unknown>;

beforeEach(async () => {
  told = { keyPairNamePrefix: "team-", keyPairNames: ["team-anna", "team-ci"] };
  await pulumi.runtime.setMocks({
    newResource({ name, inputs: given }) {
      inputs = given;
      return { id: `${name}-id`, state: { ...given, ...told } };
    },
    call: () => ({}),
  });
});

const known = <T>(output: pulumi.Output<T>) => (output as unknown as { promise(): Promise<T> }).promise();

describe("the class KeyPairSet", () => {
  test("has the arguments and outputs of the property table", () => {
    expect(Object.keys(KEY_PAIR_SET_ARGUMENTS).sort()).toEqual(argumentNames(KEY_PAIR_SET_PROPERTIES).sort());
    expect(Object.keys(KEY_PAIR_SET_OUTPUTS).sort()).toEqual(computedNames(KEY_PAIR_SET_PROPERTIES).sort());
  });

  test("gives the engine the arguments and the stored line", async () => {
    const team = new KeyPairSet("team", { publicKeyFolder: "keys", created: ["ci"] });
    await known(team.urn);
    expect(inputs).toMatchObject({
      publicKeyFolder: "keys",
      created: ["ci"],
      __provider: KEY_PAIR_SET_PROVIDER,
      __logicalName: "team",
    });
    expect(KeyPairSet.isInstance(team)).toBe(true);
  });

  test("says which arguments and keys have no value: the engine would drop them, and their members would leave", async () => {
    const missing: string | undefined = undefined;
    // A program in JavaScript may do this, or one that trusts a variable of the environment.
    const args = { publicKeyFolder: missing, publicKeys: { anna: missing, bert: "key" }, created: ["ci"] };
    const team = new KeyPairSet("team", args as unknown as KeyPairSetArgs);
    await known(team.urn);
    const problems = (inputs["__problems"] as { property: string }[][]).flat();
    expect(problems.map(({ property }) => property)).toEqual(["publicKeyFolder", "publicKeys.anna"]);
  });

  test("tells the name of a member's pair, in one region or in several", async () => {
    const one = new KeyPairSet("team", { created: ["ci"] });
    expect(await known(one.keyPairName("anna"))).toBe("team-anna");
    expect(await known(one.keyPairName("anna", "eu-central-1"))).toBe("team-anna");
    const two = new KeyPairSet("two", { created: ["ci"], regions: ["a", "b"] });
    expect(await known(two.keyPairName("ci", "b"))).toBe("team-ci");
  });

  test("refuses a member or a region that it has not", () => {
    const set = { prefix: "team-", names: ["team-anna", "team-ci"], regions: ["a", "b"] };
    expect(nameProblem("dora", "a", set)).toBe("the set has no such member, but anna, ci.");
    expect(nameProblem("ci", undefined, set)).toBe("the set has several regions: say which (a, b).");
    expect(nameProblem("ci", "c", set)).toBe("the set is not in c, but in a, b.");
    expect(nameProblem("ci", "b", set)).toBeUndefined();
    expect(nameProblem("ci", undefined, { ...set, regions: ["a"] })).toBeUndefined();
  });

  test("takes the regions from the pairs, if the program gives none and asks for one", async () => {
    told["keyPairs"] = { anna: { here: { keyPairName: "team-anna" } }, ci: { here: {}, there: {} } };
    const team = new KeyPairSet("team", { created: ["ci"] });
    expect(await known(regionsToAsk(team, "nowhere"))).toEqual(["here", "there"]);
    expect(await known(regionsToAsk(team, undefined))).toBeUndefined();
    expect(await known(team.keyPairName("ci", "there"))).toBe("team-ci");
    const given = new KeyPairSet("given", { created: ["ci"], regions: ["a"] });
    expect(await known(regionsToAsk(given, "nowhere"))).toEqual(["a"]);
  });

  test("works with the mocks of a program's own tests that tell no outputs", async () => {
    told = {};
    const team = new KeyPairSet("team", { created: ["ci"], keyPairNamePrefix: "crew-" });
    expect(await known(team.keyPairName("ci"))).toBe("crew-ci");
  });
});
