const MINUTE_MS = 60_000;

/**
 * How far this machine's clock is from the cloud's, in words, as the `date` header of the reply tells it. `undefined` where it does
 * not tell, or where they are less than a minute apart.
 */
export function clockDifference(headers: Record<string, string>, now = Date.now()): string | undefined {
  const difference = now - Date.parse(headers["date"] ?? "");
  const minutes = Math.round(Math.abs(difference) / MINUTE_MS);
  if (Number.isNaN(minutes) || minutes < 1) return undefined;
  const count = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `the clock of this machine is ${count} ${difference > 0 ? "ahead of" : "behind"} the cloud's`;
}
