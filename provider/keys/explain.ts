import type { KeyPairError } from "../core/errors";
import { invalidKey } from "./invalid";
import { findInvisible, withoutInvisible } from "./invisible";
import { locate } from "./lines";
import { findKeys } from "./openssh";
import { formatPublicKeyLine, type PublicKey } from "./publicKey";
import { RFC4716_BEGIN, RFC4716_END } from "./rfc4716";
import { severalKeys } from "./severalKeys";

/** Reads a public key text, or throws. */
type Read = (text: string) => PublicKey;

/**
 * Says what keeps a text from being read, when the key in it is whole and only its surroundings are wrong. Each explanation is
 * proven: the text is read again with the fault repaired. `undefined` when no explanation holds.
 */
export function explain(text: string, read: Read): KeyPairError | undefined {
  return (
    explainInvisible(text, read) ??
    explainArmour(text, read) ??
    explainEscapes(text, read) ??
    explainSyntax(text, read)
  );
}

function explainInvisible(text: string, read: Read): KeyPairError | undefined {
  const found = findInvisible(text);
  const key = found && firstRead(withoutInvisible(text), read);
  if (found === undefined || key === undefined) return undefined;
  const { is, where, count } = found;
  return invalidKey(
    count === 1
      ? `there is an invisible character at ${where}: ${is}`
      : `there are ${count} invisible characters, the first at ${where}: ${is}`,
    `Put a plain blank in its place or remove it, or use this line: ${lineOf(key)}`,
  );
}

/** The exact form of each BEGIN and END line, found by its letters. */
const ARMOUR: ReadonlyMap<string, { line: string; of: string }> = new Map(
  [
    { line: RFC4716_BEGIN, of: "RFC 4716" },
    { line: RFC4716_END, of: "RFC 4716" },
    ...["PUBLIC KEY", "RSA PUBLIC KEY"].flatMap((label) => [
      { line: `-----BEGIN ${label}-----`, of: "PEM" },
      { line: `-----END ${label}-----`, of: "PEM" },
    ]),
  ].map((armour) => [lettersOf(armour.line), armour]),
);
const MOST_ARMOUR_CHARACTERS = 100;

function explainArmour(text: string, read: Read): KeyPairError | undefined {
  let first: { number: number; line: string; of: string } | undefined;
  const repaired = text.split(/\r\n|\r|\n/).map((line, index) => {
    const armour = line.length > MOST_ARMOUR_CHARACTERS ? undefined : ARMOUR.get(lettersOf(line));
    if (armour !== undefined && armour.line !== line.trim()) first ??= { number: index + 1, ...armour };
    return armour?.line ?? line;
  });
  if (first === undefined) return undefined;
  const key = firstRead([repaired.join("\n")], read);
  return invalidKey(
    `the dashes, spaces or letters of line ${first.number} are not those of ${first.of}`,
    `Write the line as "${first.line}"${key === undefined ? "." : `, or use this line: ${lineOf(key)}`}`,
  );
}

function lettersOf(line: string): string {
  return line.replace(/[^A-Za-z0-9]/g, "").toUpperCase();
}

/** PEM or RFC 4716 that was made one line, as JSON and shell variables hold it. */
function explainEscapes(text: string, read: Read): KeyPairError | undefined {
  const firstEscape = text.search(/\\[nr]/);
  if (firstEscape === -1) return undefined;
  const block = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}-[\s\S]*END [A-Z0-9 ]{0,40}-{4,5}/.exec(
    withoutEscapes(text),
  )?.[0];
  const key = block === undefined ? undefined : firstRead([block], read);
  return (
    key &&
    invalidKey(
      `the line ends of the key are written out as \\n, the first at ${locate(text, firstEscape)}`,
      `Give the key with real line ends, or use this line: ${lineOf(key)}`,
    )
  );
}

/** What may stand before a key in a line of another file, without the blanks at the line's start. */
const SYNTAXES: readonly { is: string; before: RegExp }[] = [
  { is: "an item of a YAML list", before: /^-[ \t]+["']?$/ },
  { is: "quotation marks", before: /^["'`]$/ },
  { is: "a JSON string", before: /^(?:[[{,][ \t]*)*(?:"[^"]{0,99}"[ \t]*:[ \t]*)?(?:\[[ \t]*)?"$/ },
  {
    is: "an entry of a YAML file or of a program",
    before: /^(?:-[ \t]+)?["']?[\w.-]{1,99}["']?[ \t]*:[ \t]*(?:\[[ \t]*)?["'`]?$/,
  },
  { is: "a shell assignment", before: /^(?:export[ \t]+|set[ \t]+|setx[ \t]+)?\$?[\w:]{1,99}=["']?$/ },
  {
    is: "an assignment of a Terraform, TOML or program file",
    before: /^[\w.$ \t-]{1,199}=[ \t]*(?:\[[ \t]*)?["'`]$/,
  },
  { is: "a shell command", before: /^(?:echo|printf)[ \t]+(?:-[a-z]+[ \t]+)?["']?$/ },
  { is: "an XML or HTML element", before: /^<[^>]{0,199}>$/ },
];
/** The syntax of another file that may follow a key without comment. */
const SYNTAX_AFTER = /^(?:\\[nrt]|["'`,;<)\]}])/;

function explainSyntax(text: string, read: Read): KeyPairError | undefined {
  const keys = findKeys(withoutEscapes(text));
  if (keys.length > 1)
    return severalKeys(
      keys.map(
        ({ line }) =>
          () =>
            read(line),
      ),
    );
  const [found] = keys;
  const key = found && firstRead([found.line], read);
  if (found === undefined || key === undefined) return undefined;
  const at = text.indexOf(found.line.split(" ", 1)[0] ?? "");
  const before = text.slice(text.lastIndexOf("\n", at) + 1, at).trimStart();
  const after = findKeys(text)[0]?.after ?? found.after;
  const is = SYNTAXES.find((syntax) => syntax.before.test(before))?.is;
  if (is === undefined && !(before === "" && SYNTAX_AFTER.test(after))) return undefined;
  return invalidKey(
    is === undefined
      ? `characters of another file follow the key that begins at ${locate(text, at)}`
      : `the key stands in ${is}: it begins at ${locate(text, at)}`,
    `Give the key alone: ${lineOf(key)}`,
  );
}

/** Undoes the escapes of JSON that a key can hold. Some encoders escape =, + and / too. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\\u00([0-7][0-9a-fA-F])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/(?:\\r)?\\n|\\r/g, "\n")
    .replace(/\\([/"'])/g, "$1");
}

function firstRead(texts: readonly string[], read: Read): PublicKey | undefined {
  for (const text of texts) {
    try {
      return read(text);
    } catch {
      // The next text may be readable.
    }
  }
  return undefined;
}

/** Without its comment, which may hold what surrounded the key. */
function lineOf({ comment: _surroundings, ...key }: PublicKey): string {
  return formatPublicKeyLine(key);
}
