/**
 * The last safeguard for every text that leaves the process: errors, warnings, progress. Code that handles a
 * secret must not put it into a text in the first place; this removes what a library or a cloud put there.
 */

/**
 * Base64, which may continue on further lines. A shorter word after a line end is part of the normal text.
 */
const BASE64 = "[A-Za-z0-9+/=]*(?:\\s+[A-Za-z0-9+/=]{16,})*";

const PRIVATE_KEY = [
  // PEM, OpenSSH and ssh.com, also cut short, with the line ends of JSON or with the spaces of a URL.
  /-{4,5} ?BEGIN[A-Z0-9 +%]*PRIVATE[ +]?(?:%20)?KEY[\s\S]*?(?:END[A-Z0-9 +%]*PRIVATE[ +]?(?:%20)?KEY(?: BLOCK)?[ +]?-{4,5}|$)/g,
  // PuTTY: everything from the private part on.
  /Private-Lines:\s*\d+[\s\S]*?(?:Private-(?:MAC|Hash):\s*[0-9a-f]+|$)/g,
  // Without armour, in Base64: OpenSSH's "openssh-key-v1\0", a whole PEM text, and DER with a private key's version number.
  new RegExp(`b3BlbnNzaC1rZXktdjE${BASE64}`, "g"),
  new RegExp(`LS0tLS1CRUdJTi${BASE64}`, "g"),
  new RegExp(
    `M(?:II[A-Za-z0-9+/]{3}IBA|I[GH][A-Za-z0-9+/]AgE[AB]|[A-H][A-Za-z0-9+/]CAQ[AE])[A-Za-z0-9+/=]{24}${BASE64}`,
    "g",
  ),
  // The private members of a JSON Web Key.
  /"(?:d|p|q|dp|dq|qi)"\s*:\s*"[A-Za-z0-9_-]{16,}"/g,
];

/** Query and form parameters and headers that carry a credential or a signature, and their values, quoted or not. */
const CREDENTIAL =
  /((?:access[-_]?key(?:[-_]?(?:id|secret))?|secret[-_]?(?:access[-_]?)?key|security[-_]?token|signature|password|x-(?:auth|subject|acs-security)-token)\\?["']?\s*[=:]\s*|"secret\\?"\s*:\s*)(\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'&,;]+)/gi;
/** The value of this header has several words: the scheme, then the secret. */
const AUTHORIZATION = /(authorization\\?["']?\s*[=:]\s*\\?["']?)([^\r\n"'\\]+)/gi;

/** Shorter secrets would match by accident in unrelated texts. */
const MIN_SECRET_LENGTH = 8;

const known = new Set<string>();

/**
 * Registers a secret that this process received. No message may contain it, not even as part of a longer
 * text.
 */
export function registerSecret(value: string | undefined): void {
  if (value === undefined || value.length < MIN_SECRET_LENGTH) return;
  // The forms in which URLs, forms and JSON write it.
  const inUrl = encodeURIComponent(Buffer.from(value).toString());
  for (const form of [value, inUrl, JSON.stringify(value).slice(1, -1)]) known.add(form);
}

/** The text without private keys, credentials and registered secrets. */
export function redact(text: string): string {
  // UTF-16 that was read with another encoding has a NUL between each two letters.
  let safe = text.replaceAll("\0", "");
  // One secret may be the beginning of another.
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  for (const secret of longestFirst) safe = safe.replaceAll(secret, "[secret]");
  for (const pattern of PRIVATE_KEY) safe = safe.replace(pattern, "[private key removed]");
  return safe.replace(AUTHORIZATION, "$1[secret]").replace(CREDENTIAL, "$1[secret]");
}
