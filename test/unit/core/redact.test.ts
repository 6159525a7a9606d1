import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { redact, registerSecret } from "../../../provider/core/redact";
import { privateKeyTexts, rsaKey, tracesOf } from "./support/keys";

describe("private keys", () => {
  test.each(Object.entries(privateKeyTexts()))(
    "%s is removed, and the sentence around it stays",
    (_form, text) => {
      const safe = redact(`The reply was: ${text}\nTry again.`);
      for (const trace of tracesOf(text)) expect(safe).not.toContain(trace);
      expect(safe).toContain("The reply was: ");
      expect(safe).toContain("[private key removed]");
      expect(safe).toContain("Try again.");
    },
  );

  test.each(Object.entries(privateKeyTexts()))("%s that is cut short is removed too", (_form, text) => {
    const safe = redact(`got ${text.slice(0, text.length * 0.9)}`);
    for (const trace of tracesOf(text)) expect(safe).not.toContain(trace);
  });

  test.each(
    ["P-256", "P-384", "P-521"].flatMap((namedCurve) =>
      (["pkcs8", "sec1"] as const).map((type) => [namedCurve, type] as const),
    ),
  )("of the curve %s in %s, without its armour", (namedCurve, type) => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve });
    const text = privateKey.export({ type, format: "der" }).toString("base64");
    expect(redact(`The reply was: ${text}`)).toBe("The reply was: [private key removed]");
  });

  test("in JSON, in a URL and as UTF-16", () => {
    const { privateKey } = rsaKey("pasted");
    const spelled = [
      JSON.stringify({ body: { private_key: privateKey } }),
      `https://host/?body=${encodeURIComponent(privateKey)}`,
      `https://host/?${new URLSearchParams({ body: privateKey })}`,
      Buffer.from(privateKey, "utf16le").toString("latin1"),
    ];
    for (const text of spelled) {
      for (const trace of tracesOf(privateKey)) expect(redact(text)).not.toContain(trace);
    }
  });

  test("a JSON Web Key loses its private members only", () => {
    expect(redact('{"kty":"OKP","crv":"Ed25519","x":"cHVibGljLXB1YmxpYw","d":"bm90LWEtcmVhbC1rZXk"}')).toBe(
      '{"kty":"OKP","crv":"Ed25519","x":"cHVibGljLXB1YmxpYw",[private key removed]}',
    );
  });

  test("public keys and their PEM are no secret", () => {
    const { publicKey } = rsaKey("pasted");
    const pem = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----";
    expect(redact(publicKey)).toBe(publicKey);
    expect(redact(pem)).toBe(pem);
  });
});

describe("credentials", () => {
  test.each([
    [
      "GET https://ecs/?AccessKeyId=LTAI-plainly-fake&Signature=c2lnbmVk%3D&Action=X",
      "GET https://ecs/?AccessKeyId=[secret]&Signature=[secret]&Action=X",
    ],
    ['{"password":"with, comma and \\" quote","user":"me"}', '{"password":[secret],"user":"me"}'],
    ['{"secret": "of an application credential", "id": "abc"}', '{"secret": [secret], "id": "abc"}'],
    ["X-Auth-Token: gAAAA-not-real", "X-Auth-Token: [secret]"],
    ["Authorization: Bearer not-a-real-token\r\nHost: ecs", "Authorization: [secret]\r\nHost: ecs"],
    [
      "Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=beef\nHost: ecs",
      "Authorization: [secret]\nHost: ecs",
    ],
    [
      "headers: { authorization: 'ACS3-HMAC-SHA256 Credential=AK' }",
      "headers: { authorization: '[secret]' }",
    ],
    ["SecurityToken='CAIS not real'", "SecurityToken=[secret]"],
    [
      'a log of a log: {\\"access_key_secret\\":\\"not-real\\"}',
      'a log of a log: {\\"access_key_secret\\":[secret]',
    ],
  ])("%s", (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  test("a sentence about them stays", () => {
    const text = 'keypair:accessKeySecret must be a string. Its secret: see the "password" page.';
    expect(redact(text)).toBe(text);
  });
});

describe("registered secrets", () => {
  test("are removed in each spelling, and twice is as once", () => {
    const secret = 'se+cr/et="of this run"';
    registerSecret(secret);
    const text = [secret, encodeURIComponent(secret), JSON.stringify(secret)].join(" | ");
    expect(redact(text)).toBe('[secret] | [secret] | "[secret]"');
    expect(redact(redact(text))).toBe(redact(text));
  });

  test("where one is the beginning of another, both go whole", () => {
    registerSecret("beginning-of");
    registerSecret("beginning-of-the-longer-one");
    expect(redact("<beginning-of-the-longer-one> <beginning-of>")).toBe("<[secret]> <[secret]>");
  });

  test("too short ones, and none, would be found everywhere", () => {
    registerSecret("abc");
    registerSecret(undefined);
    registerSecret("\ud800 is no character, but no reason to fail");
    expect(redact("abc is kept")).toBe("abc is kept");
  });
});

test("takes time in proportion to the text", () => {
  const hostile = [
    "-----BEGIN ".repeat(20_000),
    `-----BEGIN ${"A ".repeat(100_000)}`,
    "b3BlbnNzaC1rZXktdjE ".repeat(10_000),
    "password=".repeat(20_000),
    `"password":"${"\\".repeat(200_000)}`,
    `b3BlbnNzaC1rZXktdjE${" ".repeat(200_000)}`,
    "BEGIN PRIVATE KEY".repeat(10_000),
    "-----BEGIN PRIVATE".repeat(10_000),
  ];
  for (const text of hostile) {
    const before = performance.now();
    redact(text);
    expect(performance.now() - before).toBeLessThan(1000);
  }
});
