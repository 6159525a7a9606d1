import { closest, distance } from "fastest-levenshtein";

/** More differences are no slip of the fingers: one in three letters, and two at most. */
const MOST_DIFFERENCES = 2;
const LETTERS_FOR_ONE = 3;

/** The known name that was probably meant: it differs in upper and lower case, or in a letter or two. */
export function meantInstead(given: string, known: readonly string[]): string | undefined {
  const lower = given.toLowerCase();
  const name =
    known.length > 0
      ? closest(
          lower,
          known.map((name) => name.toLowerCase()),
        )
      : "";
  const differences = distance(lower, name);
  const most = Math.min(MOST_DIFFERENCES, Math.floor(given.length / LETTERS_FOR_ONE));
  return differences <= most ? known.find((one) => one.toLowerCase() === name) : undefined;
}
