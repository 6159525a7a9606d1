import { decodeBase64, looksLikeBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { isContent, type Line, splitLines } from "./lines";
import { readOpenSshLine, splitWord, startsKey } from "./openssh";
import { readDer, readPem } from "./pem";
import { publicKeyOfPrivateKey } from "./private-key";
import { isPrivateKeyText } from "./private-text";
import { cleanComment, formatPublicKeyLine, MAX_KEY_BYTES, type PublicKey } from "./public-key";
import { RFC4716_BEGIN, readRfc4716 } from "./rfc4716";

const ONE_KEY = "Give one of them; each key pair holds one.";

/**
 * Reads a public key in any usual text form. Private keys are refused, with their public line as the way out where it can be
 * read. Throws `InvalidKey`; what was read is not part of the message.
 */
export function readPublicKey(text: string): PublicKey {
  checkSize(Buffer.byteLength(text));
  if (isPrivateKeyText(text)) throw refusedPrivateKey(text);
  if (text.includes("\0")) {
    throw invalidKey(
      "the text is UTF-16 (as PowerShell's > writes it) or no text at all",
      "Read it from the file with publicKeyFile, or save it as UTF-8.",
    );
  }
  const lines = splitLines(text.replace(/^\ufeff/, ""));
  const content = lines.filter(isContent);
  const [first] = content;
  if (first === undefined) throw invalidKey("there is no key: the text is empty", "Give one OpenSSH line.");
  if (lines.some((line) => line.text === RFC4716_BEGIN)) return readRfc4716(lines);
  if (lines.some((line) => line.text.startsWith("-----BEGIN "))) return readPem(lines);
  return readLines(first, content);
}

/** Reads what a public key file holds: also a private key file or a .ppk, of which only the public half is returned. */
export function readPublicKeyFile(contents: Buffer): PublicKey {
  checkSize(contents.length);
  const text = decodeText(contents);
  return isPrivateKeyText(text) ? publicKeyOfPrivateKey(text) : readPublicKey(text);
}

function readLines(first: Line, content: Line[]): PublicKey {
  const [, second] = content;
  if (content.filter(({ text }) => startsKey(text)).length > 1) {
    throw invalidKey(`the text holds ${content.length} public keys, a key pair has one`, ONE_KEY);
  }
  if (content.every(({ text }) => looksLikeBase64(text))) return readBareBase64(content);
  if (second !== undefined) throw severalLines(first, second);
  const [word, rest] = splitWord(first.text);
  return word.startsWith("AAAA")
    ? publicKeyOf(decodeBase64(word), { format: "base64", comment: cleanComment(rest) })
    : readOpenSshLine(first.text);
}

function readBareBase64(content: Line[]): PublicKey {
  const base64 = content.map(({ text }) => text).join("");
  if (base64.startsWith("AAAA")) return publicKeyOf(decodeBase64(base64), { format: "base64" });
  const der = Buffer.from(base64, "base64");
  if (der[0] === 0x30) return readDer(decodeBase64(base64), "spki", "base64");
  return readOpenSshLine(content[0]?.text ?? "");
}

function severalLines(first: Line, second: Line): Error {
  return startsKey(first.text)
    ? invalidKey(
        `the key is followed by other text in line ${second.number}, or broken over lines`,
        "Give the key as one line, without line breaks.",
      )
    : invalidKey("the text is no public key in any known format", "Give one OpenSSH line, RFC 4716, or PEM.");
}

function checkSize(bytes: number): void {
  if (bytes > MAX_KEY_BYTES) {
    throw invalidKey(
      `the text has ${bytes} bytes, no public key has more than ${MAX_KEY_BYTES}`,
      "Give one key.",
    );
  }
}

function refusedPrivateKey(text: string): Error {
  const publicKey = publicHalf(text);
  return invalidKey(
    "the text is a private key, and only its public half may be given here",
    publicKey === undefined
      ? "Print the public half with: ssh-keygen -y -f FILE."
      : `Use the public half instead: ${formatPublicKeyLine(publicKey)}`,
  );
}

function publicHalf(text: string): PublicKey | undefined {
  try {
    return publicKeyOfPrivateKey(text);
  } catch {
    return undefined;
  }
}

function decodeText(contents: Buffer): string {
  if (contents[0] === 0xff && contents[1] === 0xfe) return contents.subarray(2).toString("utf16le");
  if (contents[0] === 0xfe && contents[1] === 0xff && contents.length % 2 === 0) {
    return Buffer.from(contents.subarray(2)).swap16().toString("utf16le");
  }
  return contents.toString("utf8");
}
