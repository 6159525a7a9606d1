/** What no reader sees, what moves the cursor of a terminal, and what some languages take for the end of a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** A string literal in double quotes, in which nothing ends the literal, and nothing is unseen. */
export function quoted(text: string, write: (codePoint: number) => string): string {
  return `"${withoutUnseen(text.replace(/["\\]/g, "\\$&"), write)}"`;
}

/** As TypeScript writes a character by its number. */
export function escapedInTypeScript(codePoint: number): string {
  return codePoint > 0xffff ? `\\u{${codePoint.toString(16)}}` : `\\u${hex(codePoint, 4)}`;
}

/** As Python and YAML write it. */
export function escapedInPython(codePoint: number): string {
  return codePoint > 0xffff ? `\\U${hex(codePoint, 8)}` : `\\u${hex(codePoint, 4)}`;
}

/** The text as one line for people: a table, a comment. */
export function visible(text: string): string {
  return withoutUnseen(text, escapedInTypeScript);
}

function withoutUnseen(text: string, write: (codePoint: number) => string): string {
  return text.replace(UNSEEN, (character) => write(character.codePointAt(0) ?? 0));
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
