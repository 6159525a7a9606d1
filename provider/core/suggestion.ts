/** More differences are no slip of the fingers: one in three letters, and two at most. */
const MOST_DIFFERENCES = 2;
const LETTERS_FOR_ONE = 3;

/** The known name that was probably meant: it differs in upper and lower case, or in a letter or two. */
export function meantInstead(given: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_DIFFERENCES, Math.floor(given.length / LETTERS_FOR_ONE));
  const [nearest] = known
    .map((name) => ({ name, differences: differences(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.differences - b.differences);
  return nearest && nearest.differences <= most ? nearest.name : undefined;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). Not a package's: a program loads the SDK alone. */
function differences(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
