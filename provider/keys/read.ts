import { decodeBase64, looksLikeBase64 } from "./base64";
import { publicKeyOfBase64 } from "./blob";
import { DER_INTEGER, sequenceContent } from "./der";
import { explain } from "./explain";
import { invalidKey, otherText, WRITE_PUBLIC_HALF } from "./invalid";
import { findJwks, JWK_TO_PEM, refusedJwk } from "./jwk";
import { isContent, type Line, splitLines } from "./lines";
import { findKeys, readOpenSshLine, splitWord, startsKey } from "./openssh";
import { readDer, readPem } from "./pem";
import { publicKeyOfPrivateKey } from "./privateKey";
import { isPrivateKeyText } from "./privateText";
import { cleanComment, formatPublicKeyLine, MAX_KEY_BYTES, type PublicKey } from "./publicKey";
import { RFC4716_BEGIN, readRfc4716 } from "./rfc4716";
import { severalKeys } from "./severalKeys";

const ONE_LINE = "Give one OpenSSH line, as in ~/.ssh/id_ed25519.pub.";

/** A SEQUENCE of some length in Base64. A shorter match could be a word. */
const DER_IN_BASE64 = /^M[A-Za-z0-9+/]{39}/;

/**
 * Reads a public key in any usual text form. Refuses a private key, and gives its public line when it can be read. Throws
 * `InvalidKey`, which holds no part of the text except a public key.
 */
export function readPublicKey(text: string): PublicKey {
  checkSize(Buffer.byteLength(text));
  if (isPrivateKeyText(text)) throw refusedPrivateKey(text);
  if (text.includes("\0")) {
    throw invalidKey(
      "the text is UTF-16 (as PowerShell's > writes it) that was read as another encoding, or it is binary",
      "Give the file's path as publicKeyFile, or save it as UTF-8.",
    );
  }
  return readText(text);
}

/** Reads a public key file. A private key file or .ppk is accepted too: only its public half is returned. */
export function readPublicKeyFile(contents: Buffer): PublicKey {
  checkSize(contents.length);
  const text = decodeText(contents);
  if (isPrivateKeyText(text)) return publicKeyOfPrivateKey(text);
  if (text.includes("\0")) {
    throw invalidKey(
      "the file is binary",
      "If it is DER, write it as PEM with: openssl pkey -pubin -inform DER -in FILE -pubout.",
    );
  }
  return readText(text);
}

function readText(text: string): PublicKey {
  const withoutMark = text.replace(/^\ufeff/, "");
  if (!splitLines(withoutMark).some(isContent)) {
    const holds =
      withoutMark === ""
        ? "is empty"
        : `holds ${withoutMark.trim() === "" ? "white space" : "comments"} only`;
    throw invalidKey(`there is no key: the text ${holds}`, ONE_LINE);
  }
  try {
    return readAnyForm(withoutMark);
  } catch (error) {
    throw explain(withoutMark, readAnyForm) ?? error;
  }
}

function readAnyForm(text: string): PublicKey {
  const jwks = findJwks(text);
  if (jwks.length > 0) throw refusedJwk(jwks);
  const lines = splitLines(text);
  const content = lines.filter(isContent);
  const [first] = content;
  if (first === undefined) throw invalidKey("there is no key", ONE_LINE);
  if (/^<(?:!doctype|html|\?xml)/i.test(first.text)) {
    throw invalidKey(
      "the text is an HTML or XML page, not a key",
      "Download the key itself: on GitHub, https://github.com/NAME.keys lists the keys of a user.",
    );
  }
  if (lines.some((line) => line.text === RFC4716_BEGIN)) return readRfc4716(lines);
  if (lines.some((line) => line.text.startsWith("-----BEGIN "))) return readPem(lines);
  if (content.every((line) => looksLikeBase64(line.text))) return readBareBase64(content);
  if (content.length > 1) throw severalLines(content);
  const [word, rest] = splitWord(first.text);
  return word.startsWith("AAAA")
    ? publicKeyOfBase64(word, { format: "base64", comment: cleanComment(rest) })
    : readOpenSshLine(first.text);
}

/** The blob of an OpenSSH line, or the body of a PEM block, in one line or several. */
function readBareBase64(content: Line[]): PublicKey {
  const keys = content.filter(({ text }) => startsKey(text));
  if (keys.length > 1)
    throw severalKeys(
      keys.map(
        ({ text }) =>
          () =>
            readAnyForm(text),
      ),
    );
  const base64 = content.map(({ text }) => text).join("");
  if (base64.startsWith("AAAA")) return publicKeyOfBase64(base64, { format: "base64" });
  if (DER_IN_BASE64.test(base64)) {
    const der = decodeBase64(base64);
    // PKCS#1 begins with the modulus, SPKI with the SEQUENCE that names the algorithm.
    return readDer(der, sequenceContent(der)[0] === DER_INTEGER ? "pkcs1" : "spki", "base64");
  }
  return readTextInBase64(base64) ?? readOpenSshLine(base64);
}

/** Reads a whole line or PEM text that was encoded in Base64. `undefined` when it is the Base64 of something else. */
function readTextInBase64(base64: string): PublicKey | undefined {
  const text = Buffer.from(base64, "base64").toString();
  const keys = findKeys(text);
  if (keys.length > 1)
    throw severalKeys(
      keys.map(
        ({ line }) =>
          () =>
            readAnyForm(line),
      ),
    );
  if (keys.length === 0 && !/BEGIN [A-Z0-9 ]{0,40}PUBLIC KEY/.test(text)) return undefined;
  try {
    return { ...readAnyForm(text), format: "base64" };
  } catch {
    throw invalidKey(
      "the text is Base64, and the text inside is not one public key that can be read",
      "Decode it with: base64 -d. Give the key that comes out.",
    );
  }
}

function severalLines(content: Line[]): Error {
  const keyLines = content.filter(({ text }) => startsKey(text));
  const [keyLine] = keyLines;
  const [first, second] = content;
  if (keyLines.length > 1)
    return severalKeys(
      keyLines.map(
        ({ text }) =>
          () =>
            readAnyForm(text),
      ),
    );
  if (keyLine === undefined || first === undefined || second === undefined) {
    return invalidKey("the text is not a public key in any known format", ONE_LINE);
  }
  if (keyLine !== first) return otherText(first.number);
  return isWhole(first)
    ? otherText(second.number)
    : invalidKey(
        `the key is cut short, or broken over lines: line ${second.number} may be a part of it`,
        "Give it as one line.",
      );
}

function isWhole(line: Line): boolean {
  try {
    readOpenSshLine(line.text);
    return true;
  } catch {
    return false;
  }
}

function checkSize(bytes: number): void {
  if (bytes > MAX_KEY_BYTES) {
    throw invalidKey(
      `the text has ${bytes} bytes, but no public key has more than ${MAX_KEY_BYTES}`,
      "Give one public key.",
    );
  }
}

/**
 * The public line is shown without comment, because the comment comes from the private half. Words end the sentence: a full stop
 * right after the line would be copied with it, and spoil the key.
 */
function refusedPrivateKey(text: string): Error {
  const reason = "the text is a private key, and only a public key may be given here";
  if (findJwks(text).length > 0) return invalidKey(reason, JWK_TO_PEM);
  try {
    const { comment: _private, ...publicKey } = publicKeyOfPrivateKey(text);
    return invalidKey(
      reason,
      `Use its public half instead: ${formatPublicKeyLine(publicKey)} (without its comment).`,
    );
  } catch {
    return invalidKey(reason, WRITE_PUBLIC_HALF);
  }
}

function decodeText(contents: Buffer): string {
  if (contents[0] === 0xff && contents[1] === 0xfe) return contents.subarray(2).toString("utf16le");
  if (contents[0] !== 0 && contents[1] === 0 && contents[3] === 0) return contents.toString("utf16le");
  if (contents[0] === 0xfe && contents[1] === 0xff && contents.length % 2 === 0) {
    return Buffer.from(contents.subarray(2)).swap16().toString("utf16le");
  }
  return contents.toString("utf8");
}
