/** A line that says something, and where it stands (from 1). */
export interface Line {
  number: number;
  text: string;
}

/** All lines with their white space trimmed; any line end is one. */
export function splitLines(text: string): Line[] {
  return text.split(/\r\n|\r|\n/).map((line, index) => ({ number: index + 1, text: line.trim() }));
}

/** `line 2, column 5`, both from 1; columns count characters, not bytes. */
export function locate(text: string, index: number): string {
  const before = text.slice(0, index).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${[...(before.at(-1) ?? "")].length + 1}`;
}

/** Neither blank nor a comment of authorized_keys. */
export function isContent({ text }: Line): boolean {
  return text !== "" && !text.startsWith("#");
}
