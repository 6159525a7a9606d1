/**
 * The last net under every text that leaves the process: errors, warnings, progress. Code that handles a secret must not
 * put it into a text in the first place; this catches what a library or a cloud put there.
 */

const PRIVATE_KEY = [
  // PEM and OpenSSH, also cut short or with the line ends of JSON.
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  // PuTTY: everything from the private part on.
  /Private-Lines:\s*\d+[\s\S]*?(?:Private-(?:MAC|Hash):\s*[0-9a-f]+|$)/g,
  // An OpenSSH private key without its armour ("openssh-key-v1\0" in Base64).
  /b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s]*/g,
];

/** Query and form parameters and headers that carry a credential or a signature. */
const CREDENTIAL =
  /((?:access[-_]?key(?:[-_]?(?:id|secret))?|secret[-_]?(?:access[-_]?)?key|security[-_]?token|signature|password|x-(?:auth|subject|acs-security)-token|authorization)["']?\s*[=:]\s*["']?)([^\s"'&,;]+)/gi;

const known = new Set<string>();

/** Text that no message may hold, whatever it is part of: a secret that this process was given. */
export function registerSecret(value: string | undefined): void {
  if (value !== undefined && value.length >= 8) known.add(value);
}

/** The text without private keys, credentials and registered secrets. */
export function redact(text: string): string {
  let safe = text;
  for (const secret of known) safe = safe.replaceAll(secret, "[secret]");
  for (const pattern of PRIVATE_KEY) safe = safe.replace(pattern, "[private key removed]");
  return safe.replace(CREDENTIAL, "$1[secret]");
}
