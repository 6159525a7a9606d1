import { expect, it } from "vitest";
import { meantInstead } from "../../../provider/core/suggestion";

const KNOWN = ["region", "publicKeyBody", "publicKeyFile", "tags"];

it.each([
  ["regoin", "region"],
  ["Region", "region"],
  ["publickeybody", "publicKeyBody"],
  ["publicKeyFiles", "publicKeyFile"],
  ["tag", "tags"],
  // Too far away to be a slip.
  ["path", undefined],
  ["x", undefined],
  ["", undefined],
])("%s: %s", (given, meant) => expect(meantInstead(given, KNOWN)).toBe(meant));

it("means nothing where nothing is known", () => expect(meantInstead("region", [])).toBeUndefined());
