import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../../provider/core/unknown";
import { taken, withHidden } from "../../../../provider/fronts/dynamic/hidden";
import { fromEngine, secretsMarked, toEngine } from "../../../../provider/fronts/shared/values";

const MARKER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("what the engine sends", () => {
  test.each([
    MARKER,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ])("%s is what is not known yet, at any depth", (marker) => {
    const sent = { name: marker, tags: { a: marker, b: "1" }, list: [marker, { c: marker }] };
    expect(fromEngine(sent).value).toEqual({
      name: UNKNOWN,
      tags: { a: UNKNOWN, b: "1" },
      list: [UNKNOWN, { c: UNKNOWN }],
    });
  });

  test("secrets come in clear text, with where they were", () => {
    const sent = { a: secret("x"), tags: { b: secret("y") }, c: secret(MARKER), d: "z" };
    const { value, secrets } = fromEngine(sent);
    expect(value).toEqual({ a: "x", tags: { b: "y" }, c: UNKNOWN, d: "z" });
    expect([...secrets]).toEqual(["a", "tags", "c"]);
  });

  test("null is not given", () => {
    expect(fromEngine({ a: null, b: undefined, c: 0, d: "" }).value).toEqual({ c: 0, d: "" });
  });

  test("nor is a secret null", () => {
    const { value, withoutValue } = fromEngine({
      a: null,
      b: secret(null),
      c: secret(secret(null)),
      d: undefined,
    });
    expect(value).toEqual({});
    expect([...withoutValue]).toEqual(["a", "b", "c"]);
  });
});

describe("what the engine gets", () => {
  test("is plain JSON, whatever it was", () => {
    class Thing {
      constructor(readonly a = 1n) {}
      method(): void {}
    }
    const sent = toEngine({
      text: "x",
      nothing: undefined,
      none: null,
      big: 12345678901234567890n,
      bytes: Buffer.from("key"),
      view: new Uint8Array([1, 2]),
      time: new Date("2026-01-02T03:04:05Z"),
      noTime: new Date("?"),
      method() {},
      symbol: Symbol("x"),
      notANumber: Number.NaN,
      thing: new Thing(),
      list: [undefined, 1n, () => {}, { a: undefined }],
      unknown: UNKNOWN,
      deep: { unknown: [UNKNOWN] },
    });
    expect(sent).toStrictEqual({
      text: "x",
      none: null,
      big: "12345678901234567890",
      bytes: "a2V5",
      view: "AQI=",
      time: "2026-01-02T03:04:05.000Z",
      noTime: null,
      notANumber: null,
      thing: { a: "1" },
      list: [null, "1", null, {}],
      unknown: MARKER,
      deep: { unknown: [MARKER] },
    });
    expect(JSON.parse(JSON.stringify(sent))).toStrictEqual(sent);
  });

  test("and comes back as it was", () => {
    const value = { name: UNKNOWN, tags: { a: UNKNOWN, b: "1" }, bits: 256, isSaved: false, list: ["x"] };
    expect(fromEngine(toEngine(value)).value).toEqual(value);
  });

  test("has its secrets marked, where there are any", () => {
    expect(secretsMarked({ privateKey: "k", publicKey: "p" }, ["privateKey", "other"])).toEqual({
      privateKey: secret("k"),
      publicKey: "p",
    });
  });
});

describe("what is the front's own", () => {
  const own = {
    __provider: "exports.handler=…",
    __logicalName: "web",
    __urn: "urn:x",
    __secrets: ["tags"],
    __preview: true,
    __problems: [{ property: "tags", reason: "none" }],
    __failures: [{ property: "tags", reason: "no" }],
  };
  const hidden = {
    provider: "exports.handler=…",
    name: "web",
    urn: "urn:x",
    secrets: ["tags"],
    preview: true,
    problems: [{ property: "tags", reason: "none" }],
    failures: [{ property: "tags", reason: "no" }],
  };

  test("is taken out, and put back", () => {
    const { value, hidden: found } = taken({ ...own, name: MARKER, __ownKey: "SHA256:x" });
    expect(value).toEqual({ name: UNKNOWN, __ownKey: "SHA256:x" });
    expect(found).toEqual(hidden);
    expect(withHidden({ name: "web" }, found)).toEqual({ ...own, name: "web" });
  });

  test("is not there while it is not known", () => {
    expect(taken({ __urn: MARKER, __preview: null, __provider: undefined }).hidden).toEqual({});
  });
});
