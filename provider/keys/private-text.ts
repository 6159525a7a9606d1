/** What only a private key's text holds, in any of its forms, whole or cut. */
const PRIVATE_MARKS = [
  "PRIVATE KEY",
  "PuTTY-User-Key-File",
  "Private-Lines",
  "SSH PRIVATE KEY FILE FORMAT",
  // "openssh-key-v1" in Base64: an OpenSSH key without its armour.
  "b3BlbnNzaC1rZXktdjE",
];

/** How a PEM text begins when the whole of it was put in Base64, as pipelines do to keep its line ends. */
const PEM_IN_BASE64 = "LS0tLS1CRUdJTi";

/**
 * Whether the text could be, or hold, a private key. Cheap, and quick to say yes: it is asked before anything of the text is
 * shown or stored.
 */
export function isPrivateKeyText(text: string): boolean {
  // UTF-16 that was read as another encoding has a NUL between any two letters.
  const plain = text.replaceAll("\0", "");
  if (PRIVATE_MARKS.some((mark) => plain.includes(mark))) return true;
  return isPrivateJwk(plain) || isPrivateBase64(plain);
}

/** RFC 7518, section 6: only private keys have the member `d`. */
function isPrivateJwk(text: string): boolean {
  return text.includes('"kty"') && text.includes('"d"');
}

/** Base64 without any armour, of a PEM text or of the DER of PKCS#1, SEC1 or PKCS#8. */
function isPrivateBase64(text: string): boolean {
  const start = text.trimStart().slice(0, 200).replace(/\s+/g, "");
  if (start.startsWith(PEM_IN_BASE64)) {
    return Buffer.from(start, "base64").toString("latin1").includes("PRIVATE KEY");
  }
  if (!/^[MY][A-Za-z0-9+/]{11}/.test(start)) return false;
  const der = Buffer.from(start, "base64");
  const length = der[1] ?? 0;
  const version = der.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
  return der[0] === 0x30 && version[0] === 2 && version[1] === 1 && (version[2] ?? 2) <= 1;
}
