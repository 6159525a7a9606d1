import { invalidKey } from "./invalid";
import { nameOfInvisible } from "./invisible";

/**
 * Strict Base64 (RFC 4648, section 4): the standard alphabet, padded, no white space, no stray bits. Decoders disagree about
 * anything else, so it could become different keys.
 */
export function decodeBase64(text: string): Buffer {
  const decoded = Buffer.from(text, "base64");
  if (decoded.toString("base64") === text) return decoded;
  throw invalidKey(`the Base64 of the key is damaged: ${fault(text)}`);
}

/** Base64, broken into lines. */
export function wrapBase64(data: Buffer, lineCharacters: number): string[] {
  const base64 = data.toString("base64");
  return Array.from({ length: Math.ceil(base64.length / lineCharacters) }, (_, line) =>
    base64.slice(line * lineCharacters, (line + 1) * lineCharacters),
  );
}

/** Whether the text could be Base64, or a part of it. */
export function looksLikeBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** Whether the padding is missing: either the text or its padding was cut off. */
export function isUnpadded(text: string): boolean {
  return text.length % 4 !== 0 && /^[A-Za-z0-9+/]+$/.test(text);
}

function fault(text: string): string {
  const stray = text.search(/[^A-Za-z0-9+/]/);
  if (stray === -1) return "its padding or its end is missing";
  const character = text.charAt(stray);
  if (character === "-" || character === "_") return `character ${stray + 1} is of the URL-safe alphabet`;
  const invisible = nameOfInvisible(character);
  if (invisible !== undefined) return `character ${stray + 1} is a ${invisible}`;
  if (character !== "=") return `character ${stray + 1} is not of its alphabet`;
  if (/^={1,2}$/.test(text.slice(stray))) {
    return text.length % 4 === 0
      ? "its last character has surplus bits"
      : "its padding does not fit its length";
  }
  return `its padding stands at character ${stray + 1}, not at its end`;
}
