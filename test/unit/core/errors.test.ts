import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ErrorCode,
  type ErrorDetails,
  isKeyPairError,
  KeyPairError,
  textOf,
} from "../../../provider/core/errors";
import { registerSecret } from "../../../provider/core/redact";
import { privateKeyTexts, tracesOf } from "./support/keys";

/** Every code, so that a new one is a conscious change here too. */
const CODES: Record<ErrorCode, true> = {
  InvalidInput: true,
  InvalidKey: true,
  Configuration: true,
  NotFound: true,
  AlreadyExists: true,
  QuotaExceeded: true,
  InUse: true,
  Unauthenticated: true,
  PermissionDenied: true,
  Throttled: true,
  Unavailable: true,
  OutcomeUnknown: true,
  Refused: true,
  File: true,
  DeadlineExceeded: true,
  Cancelled: true,
};

describe("the message", () => {
  const message = "the cloud said no";
  test.each<[string, Omit<ErrorDetails, "code">, string]>([
    ["what happened", { message }, "the cloud said no."],
    ["to which key pair", { message, keyPairName: "web" }, 'key pair "web": the cloud said no.'],
    [
      "said once",
      { message: 'there is no key pair "web"', keyPairName: "web" },
      'there is no key pair "web".',
    ],
    ["the cloud's code", { message, cloudCode: "Forbidden.RAM" }, "the cloud said no (code Forbidden.RAM)."],
    ["its request id", { message, requestId: "4711" }, "the cloud said no (request id 4711)."],
    ["what to do next", { message, next: "Ask." }, "the cloud said no. Ask."],
    [
      "all of it",
      { message, keyPairName: "web", cloudCode: "E", requestId: "4711", next: "Ask." },
      'key pair "web": the cloud said no (code E, request id 4711). Ask.',
    ],
  ])("says %s", (_what, details, text) => {
    expect(new KeyPairError({ code: "Refused", ...details }).message).toBe(text);
  });

  test.each(Object.keys(CODES) as ErrorCode[])("is the same for %s, which callers branch on", (code) => {
    const error = new KeyPairError({ code, message, keyPairName: "web" });
    expect(error.message).toBe('key pair "web": the cloud said no.');
    expect(error.code).toBe(code);
    expect(isKeyPairError(error, code)).toBe(true);
    expect(isKeyPairError(error, code === "File" ? "NotFound" : "File")).toBe(false);
  });
});

test("any error of ours is one, and no other error is", () => {
  expect(isKeyPairError(new KeyPairError({ code: "File", message: "x" }))).toBe(true);
  expect(isKeyPairError(new Error("x"))).toBe(false);
  expect(isKeyPairError({ name: "KeyPairError", code: "File" }, "File")).toBe(false);
});

test("`with` adds what only the caller knows, and keeps the rest and the cause", () => {
  const cause = new KeyPairError({ code: "Unavailable", message: "connection reset" });
  const error = new KeyPairError({ code: "Throttled", message: "slow down", retryAfterMs: 500, cause });
  const more = error.with({ keyPairName: "web", next: "Wait." });
  expect(more.message).toBe('key pair "web": slow down. Wait.');
  expect(more.details).toEqual({
    code: "Throttled",
    message: "slow down",
    retryAfterMs: 500,
    keyPairName: "web",
    next: "Wait.",
  });
  expect(more.cause).toBe(cause);
  expect(error.with({}).cause).toBe(cause);
  expect("cause" in new KeyPairError({ code: "File", message: "x" }).with({})).toBe(false);
});

describe("the cause", () => {
  test("keeps what explains it, and drops what a library hangs on its errors", () => {
    const inner = Object.assign(new Error("reset"), { name: "SocketError", code: "ECONNRESET" });
    const cause = Object.assign(new Error("request failed", { cause: inner }), {
      status: 502,
      config: { headers: { "x-auth-token": "a token that must not be printed" } },
    });
    const error = new KeyPairError({ code: "Unavailable", message: "no reply", cause });
    expect(error.cause).toMatchObject({ message: "request failed", status: 502 });
    expect((error.cause as Error).cause).toMatchObject({ name: "SocketError", code: "ECONNRESET" });
    expect((error.cause as Error).stack).toBe(cause.stack);
    expect(inspect(error, { depth: null })).not.toContain("must not be printed");
  });

  test("may be a ring, a text or a thing", () => {
    const ring = new Error("ring");
    ring.cause = ring;
    expect(inspect(new KeyPairError({ code: "File", message: "x", cause: ring }))).toContain("ring");
    expect(new KeyPairError({ code: "File", message: "x", cause: "a text" }).cause).toBe("a text");
    expect("cause" in new KeyPairError({ code: "File", message: "x", cause: { password: "p" } })).toBe(false);
  });
});

describe("what a user reads", () => {
  const ROOT = join(__dirname, "../../..");
  const link = (code: string) =>
    / More: (https:\S+)#(\S+)$/.exec(textOf(new KeyPairError({ code: code as ErrorCode, message: "no" })));

  test("ends with a link, where what a cloud answered needs more words", () => {
    expect(textOf(new KeyPairError({ code: "InUse", message: "no", next: "Detach it." }))).toMatch(
      /^no\. Detach it\. More: https:\S+docs\/errors\.md#inuse$/,
    );
    for (const code of ["InvalidInput", "InvalidKey", "Configuration", "File", "Cancelled"])
      expect(link(code)).toBeNull();
    expect(textOf(new TypeError("a bug"))).toBe("a bug");
  });

  test("leads to sections that are there", () => {
    const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
    const { homepage } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const sections = [...page.matchAll(/^## (\w+)$/gm)].map(([, title = ""]) => title.toLowerCase());
    for (const code of Object.keys(CODES)) expect(sections).toContain(link(code)?.[2] ?? code.toLowerCase());
    const address = `${homepage.replace("#readme", "")}/blob/main/docs/errors.md`;
    for (const code of ["InUse", "NotFound"]) expect(link(code)?.[1]).toBe(address);
  });

  test("holds no secret of an error that is not ours", () => {
    registerSecret("a-registered-secret-of-another");
    expect(textOf(new Error("x a-registered-secret-of-another"))).not.toContain("of-another");
    expect(textOf("a text")).toBe("a text");
  });
});

describe("no secret survives", () => {
  const registered = "a-registered-secret/of+this=run";
  registerSecret(registered);
  const secrets = { ...privateKeyTexts(), "a registered secret": registered };
  /** Texts that one could find around a secret; a word right before Base64 would be a part of it. */
  const around = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("-----BEGIN ", "\\n", '"', "password=", "\0"),
  );
  const places = [
    (text: string) => ({ message: text }),
    (text: string) => ({ next: text }),
    (text: string) => ({ cloudCode: text }),
    (text: string) => ({ requestId: text }),
    (text: string) => ({ keyPairName: text }),
    (text: string) => ({ property: text }),
    (text: string) => ({ cause: text }),
    (text: string) => ({ cause: new Error(text) }),
    (text: string) => ({ cause: Object.assign(new Error("x"), { code: text, name: "E" }) }),
    (text: string) => ({ cause: Object.assign(new Error("x"), { request: { body: text } }) }),
    (text: string) => ({ cause: new Error("outer", { cause: new Error(text) }) }),
    (text: string) => ({ cause: { stderr: text } }),
    (text: string) => ({ cause: new AggregateError([new Error(text)], text) }),
    (text: string) => ({ cause: new KeyPairError({ code: "File", message: text, cause: new Error(text) }) }),
  ];

  test.each(Object.entries(secrets))("of %s, wherever it is put", (_form, secret) => {
    const traces = secret === registered ? [registered] : tracesOf(secret);
    expect(traces).not.toEqual([]);
    fc.assert(
      fc.property(around, around, fc.constantFrom(...places), (before, after, place) => {
        const text = `${before} ${secret}\n${after}`;
        const error = new KeyPairError({ code: "Refused", message: "no", ...place(text) });
        for (const told of [error, error.with({ next: text, cause: error })]) {
          const printed = [
            told.message,
            String(told.stack),
            JSON.stringify(told),
            JSON.stringify(told.details),
            inspect(told, { depth: null, showHidden: true, maxStringLength: null }),
            String(told.cause),
          ].join("\n");
          for (const trace of traces) expect(printed).not.toContain(trace);
        }
      }),
      { numRuns: 60 },
    );
  });
});
