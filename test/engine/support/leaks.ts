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
/** How many bytes of a needle are looked up first. */
const START = 4;

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
  const files = filesBelow(folder)
    .map((file) => relative(folder, file))
    .filter((file) => !except.some((path) => file === path || file.startsWith(`${path}/`)));
  const find = finder(needles);
  return files.flatMap((file) => {
    const raw = readFileSync(join(folder, file));
    const isGzip = raw[0] === 0x1f && raw[1] === 0x8b;
    const unpacked = isGzip ? find(`${file}, gunzipped`, gunzipSync(raw)) : [];
    return [...find(file, raw), ...find(`the name of ${file}`, Buffer.from(file)), ...unpacked];
  });
}

/** Node's own recursion follows links: it would search the SDK, and all that the package is linked to. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/**
 * As `findInText`, for many texts: the needles are written down in all forms once, and one pass over a text looks for thousands of them.
 */
export function finder(needles: readonly string[]): (name: string, bytes: Buffer) => string[] {
  const forms = Object.keys(FORMS);
  const byStart = new Map<number, { bytes: Buffer; form: number }[]>();
  for (const needle of new Set(needles)) {
    for (const [form, write] of Object.values(FORMS).entries()) {
      for (const bytes of write(needle)) {
        if (bytes.length < START) throw new Error("what is looked for is too short");
        const start = bytes.readUInt32LE();
        const others = byStart.get(start);
        if (others) others.push({ bytes, form });
        else byStart.set(start, [{ bytes, form }]);
      }
    }
  }
  return (name, text) => {
    let found = forms.length;
    for (let at = 0; at + START <= text.length && found > 0; at++) {
      for (const { bytes, form } of byStart.get(text.readUInt32LE(at)) ?? [])
        if (form < found && text.subarray(at, at + bytes.length).equals(bytes)) found = form;
    }
    return found < forms.length ? [`${name}, ${forms[found]}`] : [];
  };
}
