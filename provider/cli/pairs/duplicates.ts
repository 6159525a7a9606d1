import { fingerprintMd5 } from "../../keys";
import type { FoundPair } from "./find";

/**
 * The pairs of other names that hold the same key; in another region the same name is the same pair, as a set makes it. If a key is
 * not known, the cloud's fingerprint stands for it.
 */
export function sameKeys(pairs: readonly FoundPair[]): Map<FoundPair, FoundPair[]> {
  const byKey = Map.groupBy(pairs, identity);
  return new Map(
    [...byKey.values()].flatMap((group) =>
      group.map((pair): [FoundPair, FoundPair[]] => [
        pair,
        group.filter(({ record }) => record.name !== pair.record.name),
      ]),
    ),
  );
}

function identity({ key, record }: FoundPair): string {
  const fingerprint = key ? fingerprintMd5(key) : record.fingerprint;
  return fingerprint.replaceAll(":", "").toLowerCase();
}
