import { fingerprintMd5 } from "../../keys";
import type { FoundPair } from "./find";

/** The other pairs that hold the same key. If a key is not known, the cloud's fingerprint stands for it. */
export function sameKeys(pairs: readonly FoundPair[]): Map<FoundPair, FoundPair[]> {
  const byKey = Map.groupBy(pairs, identity);
  return new Map(
    [...byKey.values()].flatMap((group) =>
      group.map((pair): [FoundPair, FoundPair[]] => [pair, group.filter((other) => other !== pair)]),
    ),
  );
}

function identity({ key, record }: FoundPair): string {
  const fingerprint = key ? fingerprintMd5(key) : record.fingerprint;
  return fingerprint.replaceAll(":", "").toLowerCase();
}
