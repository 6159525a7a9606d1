import { looksLikeBase64 } from "./base64";
import { DER_INTEGER, sequenceContent } from "./der";

/** The BEGIN or END line of a private key in PEM, OpenSSH's form or ssh.com's, also when its blanks are lost. */
const ARMOUR = /(?:BEGIN|END) ?[A-Z0-9 ]{0,40}PRIVATE ?KEY/;

/** Other marks that only the text of a private key holds, even when it is cut. */
const MARKS = [
  "PuTTY-User-Key-File",
  "Private-Lines:",
  "Private-MAC:",
  "SSH PRIVATE KEY FILE FORMAT",
  // "openssh-key-v1" in Base64: an OpenSSH key without its armour.
  "b3BlbnNzaC1rZXktdjE",
  // "PuTTY-User-Key-File" in Base64.
  "UHVUVFktVXNlci1LZXktRmls",
];

/** The start of a PEM text that was encoded in Base64 as a whole, as pipelines do to keep its line ends. */
const PEM_IN_BASE64 = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,80}/g;

/** The object identifiers of encryption with a passphrase: PKCS#5 (RFC 8018) and PKCS#12 (RFC 7292). */
const ENCRYPTION = [Buffer.from("2a864886f70d0105", "hex"), Buffer.from("2a864886f70d010c01", "hex")];
/** PKCS#1 and PKCS#8 have version 0 or 1, SEC1 has 1, PKCS#12 has 3; no public key begins with so small a number. */
const MAX_VERSION = 3;

/**
 * Whether the text could be, or hold, a private key. Says yes when in doubt: it is asked before anything of the text is shown
 * or stored.
 */
export function isPrivateKeyText(text: string): boolean {
  // UTF-16 that was read as another encoding has a NUL between any two letters. Editors add invisible characters.
  const plain = text.replace(/[\0\p{Default_Ignorable_Code_Point}]/gu, "").replace(/\s+/g, " ");
  return hasPrivateMark(plain) || isPrivateBase64(plain.replaceAll(" ", ""));
}

function hasPrivateMark(text: string): boolean {
  return ARMOUR.test(text) || MARKS.some((mark) => text.includes(mark)) || isPrivateJwk(text);
}

/** RFC 7518, section 6: these members are of private and secret keys only. The quotes may be escaped, or missing. */
function isPrivateJwk(text: string): boolean {
  return /\bkty\b/.test(text) && /\b(?:d|k|p|q|dp|dq|qi|oth)\\?["']? ?:/.test(text);
}

/** Whether the text, which must have no blanks, is the Base64 of a private text or of the DER of a private key. */
function isPrivateBase64(text: string): boolean {
  const pems = text.match(PEM_IN_BASE64) ?? [];
  if (pems.some((pem) => ARMOUR.test(Buffer.from(pem, "base64").toString("latin1")))) return true;
  if (isPrivateDer(Buffer.from(text.slice(0, 200), "base64"))) return true;
  return looksLikeBase64(text) && hasPrivateMark(Buffer.from(text, "base64").toString("latin1"));
}

function isPrivateDer(der: Buffer): boolean {
  const content = sequenceContent(der);
  const beginsWithVersion =
    content[0] === DER_INTEGER && content[1] === 1 && (content[2] ?? 0) <= MAX_VERSION;
  return beginsWithVersion || ENCRYPTION.some((identifier) => content.subarray(0, 16).includes(identifier));
}
