import type { KeyPairError } from "../core/errors";
import { fingerprintSha256 } from "./fingerprint";
import { invalidKey } from "./invalid";
import type { PublicKey } from "./publicKey";

/** A page of keys may be long; a message should not be. */
const MOST_SHOWN = 10;
/** A text of keys that are all damaged should be refused as quickly as any other. */
const MOST_READ = 20;

/** The error for several keys in one text. It is not known which one is meant, so the error lists them; `reads` read each. */
export function severalKeys(reads: readonly (() => PublicKey)[]): KeyPairError {
  const tried = reads.slice(0, MOST_READ);
  const known = tried.flatMap(describe);
  const shown = [...new Set(known)].slice(0, MOST_SHOWN);
  const reason = `the text holds ${reads.length} keys, but a key pair has one`;
  if (shown.length === 0) return invalidKey(reason, "Give one of them.");
  const damaged = tried.length - known.length;
  const more = reads.length - damaged - Math.min(known.length, MOST_SHOWN);
  return invalidKey(
    reason,
    `Give one of them: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}.${damaged > 0 ? ` Of the keys, ${damaged} cannot be read.` : ""}`,
  );
}

function describe(read: () => PublicKey): string[] {
  try {
    const key = read();
    return [`${key.algorithm} ${fingerprintSha256(key)}`];
  } catch {
    return [];
  }
}
