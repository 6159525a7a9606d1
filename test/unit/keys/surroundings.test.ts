import { describe, expect, test } from "vitest";
import { KeyPairError } from "../../../provider/core/errors";
import { readPublicKey, sameKey } from "../../../provider/keys";
import { material, spkiOf } from "./material";

/** Every character that is a blank in another script, or that is not drawn. */
const BLANK_LIKE = characters(/(?! )\p{Zs}/u);
const NOT_DRAWN = characters(/\p{Default_Ignorable_Code_Point}/u);

const lines = material.map(({ name, publicKey }) => ({
  name,
  publicKey,
  algorithm: publicKey.algorithm,
  base64: publicKey.blob.toString("base64"),
}));
const [first] = lines;
if (first === undefined) throw new Error("no material");
const { algorithm, base64 } = first;

describe("invisible characters", () => {
  test.each([
    ["in the place of the blank", (character: string) => `${algorithm}${character}${base64} a comment`],
    [
      "in the place of the blank before the comment",
      (character: string) => `${algorithm} ${base64}${character}a`,
    ],
    [
      "at the start of the algorithm, after an option",
      (character: string) => `no-pty ${character}${algorithm} ${base64}`,
    ],
    [
      "inside of the algorithm",
      (character: string) => `${algorithm.slice(0, 5)}${character}${algorithm.slice(5)} ${base64}`,
    ],
  ])("%s: each is named, or does no harm", (_place, textWith) => {
    for (const character of [...BLANK_LIKE, ...NOT_DRAWN]) {
      expect(outcome(textWith(character))).toMatch(
        /^(read|there is an invisible character at line 1, column \d+: .+ \(U\+[0-9A-F]{4,5}\))$/,
      );
    }
  });

  test("in the Base64: each is named with its place", () => {
    for (const character of NOT_DRAWN) {
      const at = algorithm.length + 1 + 20;
      const text = `# mine\n${algorithm} ${base64.slice(0, 20)}${character}${base64.slice(20)}`;
      expect(outcome(text)).toMatch(
        new RegExp(`^there is an invisible character at line 2, column ${at + 1}: `),
      );
    }
  });

  test("in a comment they stay, and no warning is given", () => {
    for (const character of BLANK_LIKE) {
      expect(readPublicKey(`${algorithm} ${base64} a${character}b`).comment).toBe(`a${character}b`);
    }
  });

  test("a key that is damaged too is called damaged", () => {
    expect(outcome(`${algorithm}\u00a0${base64.slice(0, 40)}`)).toMatch(/Base64|cut short|known format/);
  });
});

/** Each takes a line with a comment, or a key without. */
const SYNTAXES: { [name: string]: (key: string) => string } = {
  "a JSON string": (key) => JSON.stringify(`${key}\n`),
  "a JSON string in a string": (key) => `{ "key": ${JSON.stringify(key)} }`,
  "a JSON file": (key) => JSON.stringify({ id: 1, key, read_only: true }, null, 2),
  "an array of JSON": (key) => JSON.stringify([key]),
  "JSON with all characters escaped that encoders escape": (key) =>
    `"${key.replaceAll("/", "\\/").replaceAll("=", "\\u003d").replaceAll("+", "\\u002b")}"`,
  "a shell assignment": (key) => `KEY="${key}"`,
  "a shell assignment in single quotation marks": (key) => `export KEY='${key}'`,
  "a line of a .env file": (key) => `KEY=${key}`,
  PowerShell: (key) => `$key = "${key}"`,
  "a command": (key) => `echo '${key}' >> authorized_keys`,
  "a list of YAML": (key) => `keys:\n  - ${key}\n`,
  "a quoted item of YAML": (key) => `- "${key}"`,
  "an entry of YAML": (key) => `  ssh_key: ${key}`,
  "a list of YAML in one line": (key) => `keys: ["${key}"]`,
  HCL: (key) => `  public_key = "${key}"`,
  "HCL in a list": (key) => `ssh_keys = ["${key}"]`,
  "a program": (key) => `  publicKeyBody: '${key}',`,
  "an assignment of a program": (key) => `const key = \`${key}\`;`,
  XML: (key) => `<sshPublicKey>${key}</sshPublicKey>`,
  "quotation marks with a comma after them": (key) => `"${key}",`,
};

describe.each(lines)("$name", ({ publicKey, ...line }) => {
  test.each(Object.entries(SYNTAXES))("in %s is named with its place and the line to use", (_name, wrap) => {
    for (const key of [`${line.algorithm} ${line.base64} a comment`, `${line.algorithm} ${line.base64}`]) {
      const error = refusal(wrap(key));
      expect(error?.details.message).toMatch(/^the key stands in .+: it begins at line \d+, column \d+$/);
      expect(error?.details.next).toBe(`Give the key alone: ${line.algorithm} ${line.base64}`);
    }
  });

  test("as PEM with its line ends written out is named with the line to use", () => {
    const pem = spkiOf(material.find((made) => made.publicKey === publicKey) ?? material[0] ?? fail());
    for (const text of [
      JSON.stringify(pem),
      pem.replaceAll("\n", "\\n"),
      `KEY="${pem.replaceAll("\n", "\\r\\n")}"`,
    ]) {
      const error = refusal(text);
      expect(error?.details.message).toMatch(
        /^the line ends of the key are written out as \\n, the first at line 1, column \d+$/,
      );
      expect(error?.details.next).toMatch(new RegExp(`use this line: ${line.algorithm} `));
    }
  });

  test("is read from the Base64 of its line and of its PEM, in one line or several", () => {
    const pem = spkiOf(material.find((made) => made.publicKey === publicKey) ?? fail());
    for (const text of [`${line.algorithm} ${line.base64} a comment\n`, pem]) {
      const encoded = Buffer.from(text).toString("base64");
      for (const form of [encoded, encoded.replace(/.{76}/g, "$&\n")]) {
        const read = readPublicKey(form);
        expect(sameKey(read, publicKey)).toBe(true);
        expect(read.format).toBe("base64");
      }
    }
  });

  test.each([
    "----BEGIN SSH2 PUBLIC KEY----",
    "-----BEGIN SSH2 PUBLIC KEY-----",
    "--- BEGIN SSH2 PUBLIC KEY ---",
    "---- BEGIN  SSH2 PUBLIC KEY ----",
    "---- begin ssh2 public key ----",
    "—— BEGIN SSH2 PUBLIC KEY ——",
    "BEGIN SSH2 PUBLIC KEY",
  ])("in RFC 4716 with %j is named with the right line", (begin) => {
    const error = refusal(`${begin}\n${line.base64}\n${begin.replace(/begin/i, "END")}\n`);
    expect(error?.details.message).toBe("the dashes, spaces or letters of line 1 are not those of RFC 4716");
    expect(error?.details.next).toBe(
      `Write the line as "---- BEGIN SSH2 PUBLIC KEY ----", or use this line: ${line.algorithm} ${line.base64}`,
    );
  });
});

function refusal(text: string): KeyPairError | undefined {
  try {
    readPublicKey(text);
    return undefined;
  } catch (error) {
    if (error instanceof KeyPairError) return error;
    throw error;
  }
}

function outcome(text: string): string {
  return refusal(text)?.details.message ?? "read";
}

function fail(): never {
  throw new Error("no such material");
}

/** The characters of the Basic Multilingual Plane that match. */
function characters(pattern: RegExp): string[] {
  return Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code)).filter((character) =>
    pattern.test(character),
  );
}
