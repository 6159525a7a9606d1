import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyPairError } from "../../../provider/core/errors";
import {
  convertPrivateKey,
  fingerprintMd5,
  fingerprintSha256,
  formatPublicKeyLine,
  type PublicKey,
  publicKeyOfPrivateKey,
  readPublicKey,
  readPublicKeyFile,
  sameKey,
} from "../../../provider/keys";
import { encrypted, material, materialOf, spkiOf } from "./material";

/** What one refusal or answer may take, in ms. A busy machine is asked again before it counts. */
const MOST_MS = 50;
const ATTEMPTS = 4;

const publicTexts = material.flatMap((made) => {
  const base64 = made.publicKey.blob.toString("base64");
  return [
    formatPublicKeyLine({ ...made.publicKey, comment: "a comment" }),
    `no-pty,from="192.0.2.1" ${formatPublicKeyLine(made.publicKey)}`,
    `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "a \\\ncomment"\n${base64.replace(/.{70}/g, "$&\n")}\n---- END SSH2 PUBLIC KEY ----\n`,
    spkiOf(made),
    base64,
    `publicKeyBody: "${made.publicKey.algorithm} ${base64} a comment\\n",`,
    JSON.stringify(spkiOf(made)),
    Buffer.from(spkiOf(made)).toString("base64"),
  ];
});

const privateTexts = [
  ...material.flatMap(({ pem }) => [
    ...Object.values(pem),
    convertPrivateKey(pem["pkcs8"] ?? "", "openssh", "a comment"),
    convertPrivateKey(pem["pkcs8"] ?? "", "ppk", "a comment"),
  ]),
  encrypted(materialOf("ed25519")),
  ...["rsa", "ecdsa-256", "ed25519"].map((name) =>
    JSON.stringify(materialOf(name).key.export({ format: "jwk" })),
  ),
  Buffer.from(convertPrivateKey(materialOf("ed25519").pem["pkcs8"] ?? "", "openssh")).toString("base64"),
];

/** A place in a text, from 0 up to but not including 1. Any place is as good as another: the ends are cut often enough. */
const position = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1_000_000);

type Change = (text: string) => string;

const cut: fc.Arbitrary<Change> = fc.tuple(position, position).map(
  ([a, b]) =>
    (text) =>
      text.slice(0, Math.floor(a * text.length)) + text.slice(Math.floor(b * text.length)),
);
/** What is copied with the mouse: from somewhere to somewhere. */
const fragment: fc.Arbitrary<Change> = fc.tuple(position, position).map(
  ([a, b]) =>
    (text) =>
      text.slice(Math.floor(Math.min(a, b) * text.length), Math.floor(Math.max(a, b) * text.length)),
);
const splice: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom(...publicTexts), position, position, position)
  .map(([other, a, b, c]) => (text) => {
    const part = other.slice(Math.floor(a * other.length), Math.floor(b * other.length));
    const at = Math.floor(c * text.length);
    return text.slice(0, at) + part + text.slice(at);
  });
const flip: fc.Arbitrary<Change> = fc.tuple(position, fc.nat(7)).map(([a, bit]) => (text) => {
  const bytes = Buffer.from(text);
  const at = Math.floor(a * bytes.length);
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes.toString();
});
/** Changes what the Base64 stands for, so that the damage is inside of the key and not of its text. */
const flipInside: fc.Arbitrary<Change> = fc.tuple(position, fc.nat(7)).map(([a, bit]) => (text) => {
  const bodies = text.match(/[A-Za-z0-9+/]{20,}(?:\n[A-Za-z0-9+/]+)*={0,2}/g) ?? [];
  const body = bodies[Math.floor(a * bodies.length)] ?? "";
  const bytes = Buffer.from(body, "base64");
  const at = Math.floor(((a * 97) % 1) * bytes.length);
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  const lines = body.includes("\n") ? /.{1,64}/g : /.+/g;
  return text.replace(body, (bytes.toString("base64").match(lines) ?? []).join("\n"));
});
const change = fc.oneof(cut, fragment, splice, flip, { arbitrary: flipInside, weight: 4 });
const changes = fc.oneof(fc.tuple(change), fc.tuple(change, change));

/**
 * Checks the texts after changes. What fails is shown by fast-check as a number and the changes, not as the text: the texts
 * are private keys. They are made anew in each run, so a seed repeats the changes, on other keys.
 */
function checkChanged(texts: string[], numRuns: number, check: (text: string) => void): void {
  fc.assert(
    fc.property(fc.nat(texts.length - 1), changes, (index, steps) => {
      check(steps.reduce<string>((text, step) => step(text), texts[index] ?? ""));
    }),
    { numRuns },
  );
}

/** The error, or `undefined` when the key was read; anything else that is thrown fails the test. */
function refusal(read: () => unknown): KeyPairError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof KeyPairError && error.code === "InvalidKey") return error;
    throw error;
  }
}

function msOf(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && best > MOST_MS; attempt++) {
    const start = performance.now();
    refusal(run);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function expectFastRefusalOrKey(text: string): void {
  expect(msOf(() => readPublicKey(text))).toBeLessThan(MOST_MS);
  expect(msOf(() => readPublicKeyFile(Buffer.from(text)))).toBeLessThan(MOST_MS);
}

describe("nothing but our error is thrown, and soon", () => {
  test("for random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 * 1024 }), (bytes) => {
        expectFastRefusalOrKey(Buffer.from(bytes).toString("latin1"));
        refusal(() => readPublicKeyFile(Buffer.from(bytes)));
        refusal(() => publicKeyOfPrivateKey(Buffer.from(bytes).toString("latin1")));
      }),
      { numRuns: 100 },
    );
  });

  test("for public keys that were cut, spliced and flipped", () => {
    checkChanged(publicTexts, 600, expectFastRefusalOrKey);
  });

  test("for private keys that were cut, spliced and flipped", () => {
    checkChanged(privateTexts, 400, expectFastRefusalOrKey);
  });
});

/** All that a reader of a message could learn of the private text, in pieces of 16 characters. */
function piecesOf(text: string): Set<string> {
  const pieces = new Set<string>();
  for (const line of text.split(/\s+/)) {
    for (let at = 0; at + 16 <= line.length; at++) pieces.add(line.slice(at, at + 16));
  }
  return pieces;
}

describe("no private key text is in a message", () => {
  // Public numbers are inside of private texts too. Base64 has three forms of them, by where in the text they begin.
  const publicNumbers = material.flatMap(({ publicKey: { blob } }) =>
    [0, 1, 2].flatMap((before) => {
      const base64 = Buffer.concat([Buffer.alloc(before), blob])
        .toString("base64")
        .slice(4);
      return [base64, base64.replaceAll("+", "-").replaceAll("/", "_")];
    }),
  );
  const known = new Set([...publicTexts, ...publicNumbers].flatMap((text) => [...piecesOf(text)]));
  const headers =
    /-----[A-Z ]+-----|PuTTY-User-Key-File-\d|Private-(Lines|MAC)|Public-Lines|Encryption|Comment/g;
  const secrets = new Set(privateTexts.flatMap((text) => [...piecesOf(text.replace(headers, " "))]));
  for (const piece of known) secrets.delete(piece);

  function expectSilence(error: KeyPairError | undefined): void {
    if (error === undefined) return;
    const said = inspect(error, { depth: 5 }) + JSON.stringify(error.details);
    const leaked = [...piecesOf(said)].filter((piece) => secrets.has(piece));
    // A number, so that a failing test does not print the pieces.
    expect(leaked.length).toBe(0);
  }

  test("for whole ones", () => {
    expect(secrets.size).toBeGreaterThan(1000);
    for (const text of privateTexts) expectSilence(refusal(() => readPublicKey(text)));
  });

  test("for damaged ones", () => {
    checkChanged(privateTexts, 300, (text) => {
      expectSilence(refusal(() => readPublicKey(text)));
      expectSilence(refusal(() => readPublicKeyFile(Buffer.from(text))));
      expectSilence(refusal(() => publicKeyOfPrivateKey(text)));
      expectSilence(refusal(() => convertPrivateKey(text, "openssh")));
    });
  });
});

test("two keys are the same exactly when their blobs are", () => {
  const variants = (key: PublicKey) => [
    key,
    { ...key, blob: Buffer.from(key.blob), comment: "another" },
    readPublicKey(`no-pty ${formatPublicKeyLine(key)} third`),
  ];
  const any = fc.constantFrom(...material.flatMap(({ publicKey }) => variants(publicKey)));
  fc.assert(
    fc.property(any, any, (a, b) => {
      const equalBlobs = a.blob.toString("hex") === b.blob.toString("hex");
      expect(sameKey(a, b)).toBe(equalBlobs);
      expect(fingerprintSha256(a) === fingerprintSha256(b)).toBe(equalBlobs);
      expect(fingerprintMd5(a) === fingerprintMd5(b)).toBe(equalBlobs);
    }),
  );
});

test("what is read can be written and read again, whatever the comment is", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...material),
      fc.string({ unit: "binary", maxLength: 60 }),
      (made, comment) => {
        const line = formatPublicKeyLine({ ...made.publicKey, comment });
        expect(line.split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
        const again = readPublicKey(line);
        expect(sameKey(again, made.publicKey)).toBe(true);
        expect(formatPublicKeyLine(again)).toBe(line);
      },
    ),
    { numRuns: 100 },
  );
});
