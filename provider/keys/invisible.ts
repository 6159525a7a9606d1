import { locate } from "./lines";

/** White space other than the plain blank. It looks like a blank, but it does not separate the parts of a key. */
const BLANK_LIKE = /(?! )\p{Zs}/gu;
/** Characters that are not drawn: zero-width characters, marks of direction, variation selectors, fillers. */
const NOT_DRAWN = /[\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
const INVISIBLE = new RegExp(`${BLANK_LIKE.source}|${NOT_DRAWN.source}`, "gu");

const NAMES: ReadonlyMap<string, string> = new Map([
  ["\u00a0", "no-break space"],
  ["\u00ad", "soft hyphen"],
  ["\u200b", "zero-width space"],
  ["\u200c", "zero-width non-joiner"],
  ["\u200d", "zero-width joiner"],
  ["\u200e", "left-to-right mark"],
  ["\u200f", "right-to-left mark"],
  ["\u2028", "line separator"],
  ["\u2029", "paragraph separator"],
  ["\u202f", "narrow no-break space"],
  ["\u2060", "word joiner"],
  ["\u3000", "ideographic space"],
  ["\ufeff", "byte order mark"],
]);

/** `no-break space (U+00A0)`, or `undefined` for a character that can be seen. */
export function nameOfInvisible(character: string): string | undefined {
  if (character.search(INVISIBLE) === -1) return undefined;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${NAMES.get(character) ?? "invisible character"} (U+${code})`;
}

/** The first invisible character, and how many there are. Those at the ends of lines are ignored, because they do no harm. */
export function findInvisible(text: string): { is: string; where: string; count: number } | undefined {
  let first: { is: string; where: string } | undefined;
  let count = 0;
  let start = 0;
  for (const line of text.split("\n")) {
    const [from, to] = [line.length - line.trimStart().length, line.trimEnd().length];
    for (const { 0: character, index } of line.matchAll(INVISIBLE)) {
      if (index < from || index >= to) continue;
      first ??= { is: nameOfInvisible(character) ?? "", where: locate(text, start + index) };
      count++;
    }
    start += line.length + 1;
  }
  return first && { ...first, count };
}

/** The text with its invisible characters replaced or removed, in the ways that can make a key readable. */
export function withoutInvisible(text: string): string[] {
  return [
    text.replace(BLANK_LIKE, " ").replace(NOT_DRAWN, ""),
    text.replace(INVISIBLE, " "),
    text.replace(INVISIBLE, ""),
  ];
}
