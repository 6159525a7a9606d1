const MINUTE_MS = 60_000;

/**
 * The difference between this machine's clock and the cloud's, in words. The `date` header of the reply tells the cloud's time.
 * `undefined` if the reply has no such header, or if the difference is less than a minute.
 */
export function clockDifference(headers: Record<string, string>, now = Date.now()): string | undefined {
  const difference = now - Date.parse(headers["date"] ?? "");
  const minutes = Math.round(Math.abs(difference) / MINUTE_MS);
  if (Number.isNaN(minutes) || minutes < 1) return undefined;
  const count = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `the clock of this machine is ${count} ${difference > 0 ? "ahead of" : "behind"} the cloud's`;
}
