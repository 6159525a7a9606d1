import { invalidKey } from "./invalid";

/**
 * Strict Base64 (RFC 4648, section 4): the standard alphabet, padded, no white space, no stray bits. Other decoders would
 * each make another key of anything else.
 */
export function decodeBase64(text: string): Buffer {
  const decoded = Buffer.from(text, "base64");
  if (decoded.toString("base64") === text) return decoded;
  throw invalidKey(`the Base64 of the key is damaged: ${fault(text)}`);
}

/** Whether the text could be a part of a Base64 text. */
export function looksLikeBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function fault(text: string): string {
  const stray = text.search(/[^A-Za-z0-9+/]/);
  if (stray === -1) {
    return text.length % 4 === 0
      ? "its last character has bits that stand for nothing"
      : `${text.length} characters without padding, so its end is missing`;
  }
  if (/[-_]/.test(text.charAt(stray))) return `character ${stray + 1} is of the URL alphabet`;
  if (text.charAt(stray) !== "=") return `character ${stray + 1} is not of its alphabet`;
  if (stray < text.length - 2 || /[^=]/.test(text.slice(stray)))
    return `padding in its middle, at character ${stray + 1}`;
  return text.length % 4 === 0
    ? "its last character has bits that stand for nothing"
    : "its padding does not fit its length";
}
