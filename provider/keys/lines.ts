/** A line, and its number from 1. */
export interface Line {
  number: number;
  text: string;
}

/** All lines, without white space at their ends. Any kind of line end counts. */
export function splitLines(text: string): Line[] {
  return text.split(/\r\n|\r|\n/).map((line, index) => ({ number: index + 1, text: line.trim() }));
}

/** `line 2, column 5`, both counted from 1. Columns count characters, not bytes. */
export function locate(text: string, index: number): string {
  const before = text.slice(0, index).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${[...(before.at(-1) ?? "")].length + 1}`;
}

/** Whether a line is neither blank nor a comment of authorized_keys. */
export function isContent({ text }: Line): boolean {
  return text !== "" && !text.startsWith("#");
}
