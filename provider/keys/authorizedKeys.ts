import { findAlgorithm, refusedAlgorithm, showAlgorithm } from "./algorithms";
import { cutInBegin, invalidKey } from "./invalid";

/** sshd(8), "AUTHORIZED_KEYS FILE FORMAT". Names are case-insensitive. */
const OPTIONS: ReadonlySet<string> = new Set([
  "agent-forwarding",
  "cert-authority",
  "command",
  "environment",
  "expiry-time",
  "from",
  "no-agent-forwarding",
  "no-port-forwarding",
  "no-pty",
  "no-touch-required",
  "no-user-rc",
  "no-x11-forwarding",
  "permitlisten",
  "permitopen",
  "port-forwarding",
  "principals",
  "pty",
  "restrict",
  "touch-required",
  "tunnel",
  "user-rc",
  "verify-required",
  "x11-forwarding",
]);

const WHAT_IS_TAKEN =
  "Give one OpenSSH line (as in ~/.ssh/id_ed25519.pub), RFC 4716, PEM, or the Base64 of the key.";
const A_USERS_KEY = "Give the public key of a user, as in ~/.ssh/id_ed25519.pub.";

/**
 * Separates the options of an authorized_keys line from the key. Call it when the first word is not an algorithm. Only the
 * names of the options are kept, because their values are commands and variables of a server.
 */
export function readOptions(line: string): { options: string; rest: string } {
  const text = line.slice(0, endOfOptions(line));
  const rest = line.slice(text.length).trimStart();
  const [algorithm = ""] = rest.split(/[ \t]/, 1);
  if (findAlgorithm(algorithm) === undefined) throw notAKey(text, rest);

  const names = optionNames(text);
  if (!names.every((name) => OPTIONS.has(name))) {
    throw invalidKey(
      "the text before the key is not an option of authorized_keys (a line of known_hosts holds a host's key, which no user logs in with)",
      A_USERS_KEY,
    );
  }
  if (names.includes("cert-authority")) {
    throw invalidKey(
      "the line has the option cert-authority: it names a certificate authority, not a user's key",
      A_USERS_KEY,
    );
  }
  return { options: names.join(","), rest };
}

/** Options end at the first white space outside of quotation marks. A backslash escapes a quotation mark. */
function endOfOptions(line: string): number {
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\" && line.charAt(index + 1) === '"') index++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === " " || character === "\t")) return index;
  }
  return line.length;
}

function optionNames(options: string): string[] {
  return options
    .replace(/"(?:\\"|[^"])*"?/g, "")
    .split(",")
    .map((option) => (option.split("=", 1)[0] ?? "").toLowerCase());
}

function notAKey(first: string, rest: string): Error {
  if (/^["'`]/.test(first)) {
    return invalidKey("the text begins with a quotation mark", "Give the key without quotation marks.");
  }
  if (rest === "" && isPathOrAddress(first)) {
    return invalidKey("the text is a path or an address, not a key", "To read a file use publicKeyFile.");
  }
  if (/^\d+$/.test(first) && /^\d+ \d+/.test(rest)) {
    return invalidKey("the text is a key of SSH protocol 1, which no server takes any more", WHAT_IS_TAKEN);
  }
  if (/^-{1,5}$/.test(first) && rest.startsWith("BEGIN ")) return cutInBegin();
  if (rest === "" && /^(?:ssh|ecdsa|sk)-[a-z0-9@.-]*$/.test(first)) {
    return invalidKey("the key is cut short: only the name of its algorithm, or a part of it, is there");
  }
  const shown = showAlgorithm(first);
  if (shown === "another" && rest.startsWith("AAAA")) {
    return invalidKey(
      "the word before the key is not the name of a key type",
      "Begin the line with the type of the key, for example ssh-rsa or ssh-ed25519.",
    );
  }
  if (shown !== "another") return refusedAlgorithm(shown);
  return invalidKey("the text is not a public key in any known format", WHAT_IS_TAKEN);
}

function isPathOrAddress(text: string): boolean {
  return (
    /^(?:~|\.{0,2})[/\\]/.test(text) ||
    /^[A-Za-z][A-Za-z0-9+.-]{0,20}:[/\\]/.test(text) ||
    /\.(?:pub|pem|ppk|txt|key)$/.test(text)
  );
}
