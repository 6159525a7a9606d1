import type { CheckedKeyPairArgs, KeyPairState } from "../model";

const HOUR_MS = 3_600_000;
const UNITS: Record<string, number> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * Where the private key is that a replacement takes out of the state. It may be in no output of the stack. An `up` shows this again at
 * its end, so it must be true after the update too.
 * @param onlyIn  The file, if the state does not hold the key.
 */
export function placeOfOldKey(onlyIn: string | undefined): string {
  // The update moves the file aside where the new key takes its place, and says where to.
  return onlyIn === undefined
    ? "(before the update, `pulumi stack export --show-secrets` shows it)"
    : `(in ${onlyIn}, or moved aside from there)`;
}

/**
 * Says that the key is older than `rotateAfter` allows. Nothing is rotated by itself: when a key may go, only
 * people know, because machines may still trust it.
 */
export function dueWarning(
  { keyPairName, createdAt }: KeyPairState,
  { rotateAfter, publicKeyBody }: CheckedKeyPairArgs,
  now: number,
): string | undefined {
  if (rotateAfter === undefined || createdAt === undefined) return undefined;
  const [, count, unit = ""] = /^(\d+)([dwh])$/.exec(rotateAfter) ?? [];
  const dueAt = Date.parse(createdAt) + Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(dueAt <= now)) return undefined;
  const way =
    publicKeyBody === undefined ? "change keepers to have a new one made" : "give another public key";
  return (
    `the key of key pair "${keyPairName}" was made on ${createdAt.slice(0, 10)} and is due: rotateAfter says ${rotateAfter}. ` +
    `To rotate it, ${way}; keep the old key until no machine needs it.`
  );
}
