import { describe, expect, test } from "vitest";
import { IgnoredChanges } from "../../../provider/core/ignored";
import { UNKNOWN } from "../../../provider/core/unknown";

const state = { tags: { team: "dev", "a.b": "2" }, resourceGroupId: "rg-2", __ownKey: "SHA256:x" };

describe("what is ignored", () => {
  test.each<[string[], object, object]>([
    [[], { tags: { team: "ops" } }, { tags: { team: "ops" } }],
    [["tags"], { tags: { team: "ops" } }, { tags: { team: "dev", "a.b": "2" } }],
    [["tags"], {}, { tags: { team: "dev", "a.b": "2" } }],
    [["tags[*]"], { tags: {} }, { tags: { team: "dev", "a.b": "2" } }],
    [["tags.team"], { tags: { team: "ops", x: "1" } }, { tags: { team: "dev", x: "1" } }],
    [['tags["a.b"]'], { tags: { team: "ops" } }, { tags: { team: "ops", "a.b": "2" } }],
    [["tags.gone"], { tags: { gone: "1" } }, { tags: {} }],
    [["tags.gone"], {}, {}],
    [["tags.team"], { tags: UNKNOWN }, { tags: UNKNOWN }],
    [["resourceGroupId"], { resourceGroupId: "rg-1" }, { resourceGroupId: "rg-2" }],
    [["onExisting"], { onExisting: "adopt" }, {}],
    [["*"], { tags: {}, onExisting: "adopt" }, { tags: state.tags, resourceGroupId: "rg-2" }],
    [["?"], { tags: {} }, { tags: {} }],
  ])("by %j is as the state has it", (paths, args, expected) => {
    expect(new IgnoredChanges(paths).applied(args, state)).toEqual(expected);
  });

  test("is an argument as a whole only where no member is named", () => {
    expect(new IgnoredChanges(["tags"]).covers("tags")).toBe(true);
    expect(new IgnoredChanges(["tags.team"]).covers("tags")).toBe(false);
    expect(new IgnoredChanges(["*"]).covers("publicKeyBody")).toBe(true);
    expect(new IgnoredChanges().covers("tags")).toBe(false);
  });
});
