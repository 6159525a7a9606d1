import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/** How a text may be written down: each form is looked for in the bytes of a file. */
const FORMS: Record<string, (text: string) => Buffer[]> = {
  "as it is": (text) => [Buffer.from(text)],
  "in UTF-16": (text) => [Buffer.from(text, "utf16le")],
  "in hexadecimal": (text) => [Buffer.from(Buffer.from(text).toString("hex"))],
  "URL-encoded": (text) => [Buffer.from(encodeURIComponent(text))],
  // Three ways to lie on the boundaries of three bytes; what depends on the neighbours is cut off.
  "in Base64": (text) =>
    [0, 1, 2].map((offset) => {
      const encoded = Buffer.from(" ".repeat(offset) + text)
        .toString("base64")
        .replace(/=+$/, "");
      return Buffer.from(encoded.slice(4, -4));
    }),
};

/** Shorter pieces of a key may be anything. */
const SHORTEST = 24;

/**
 * What to look for of a private key: each line of its body, so that no line break hides it, whatever it was escaped to; and
 * pieces of the lines, so that no other line width does. What is in the public key too is no secret.
 * @param publicKey  Its OpenSSH line.
 */
export function needlesOf(privateKey: string, publicKey: string): string[] {
  const lines = privateKey.split(/\r?\n/).filter((line) => /^[A-Za-z0-9+/=]{24,}$/.test(line));
  const pieces = lines.flatMap((line) => line.match(new RegExp(`.{${SHORTEST},${SHORTEST + 8}}`, "g")) ?? []);
  const secret = pieces.filter((piece) => !publicKey.includes(piece));
  if (secret.length === 0) throw new Error("this text has no body of a private key");
  return secret;
}

/** Whether one of the needles is in the text, and in which form it was found first: `[]` or one line for a message. */
export function findInText(name: string, contents: string | Buffer, needles: readonly string[]): string[] {
  return finder(needles)(name, Buffer.from(contents));
}

/**
 * Where below the folder the needles are: in every file, gunzipped where it is gzip, and in the names of files. Links are not
 * followed.
 * @param except  Paths, relative to the folder, that are not searched.
 */
export function searchEverywhere(
  folder: string,
  needles: readonly string[],
  except: readonly string[] = [],
): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !except.some((path) => file === path || file.startsWith(`${path}/`)));
  const find = finder(needles);
  return files.flatMap((file) => {
    const raw = readFileSync(join(folder, file));
    const isGzip = raw[0] === 0x1f && raw[1] === 0x8b;
    const unpacked = isGzip ? find(`${file}, gunzipped`, gunzipSync(raw)) : [];
    return [...find(file, raw), ...find(`the name of ${file}`, Buffer.from(file)), ...unpacked];
  });
}

/** As `findInText`, for many texts: the needles are written down in all forms once. */
export function finder(needles: readonly string[]): (name: string, bytes: Buffer) => string[] {
  const each = [...new Set(needles)];
  const forms = Object.entries(FORMS).map(([form, write]) => [form, each.flatMap(write)] as const);
  return (name, bytes) => {
    const found = forms.find(([, written]) => written.some((needle) => bytes.includes(needle)));
    return found ? [`${name}, ${found[0]}`] : [];
  };
}
