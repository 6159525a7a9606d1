import { placeOfOldKey } from "../keyPair/rotation";
import type { PairStep, Plan } from "./plan";
import type { Contents, MemberKey } from "./state";

/** The arguments by which a created member gets a new key. */
export const OF_A_CREATED_KEY = ["keyGeneration", "keepers"];

/** Says of each created member whose private key is given up what that means. */
export function rotationWarnings(
  steps: PairStep[],
  keys: Plan["keys"],
  { keys: noted, pairs }: Contents,
): string[] {
  const rotated = [...reasonsByMember(steps, keys, noted)].map(([member, reasons]) => {
    // Of a member whose pairs are gone, nothing was compared.
    const why = [...reasons].join(", ") || OF_A_CREATED_KEY.join(" or ");
    const own = noted.get(member);
    const fingerprint =
      own?.fingerprintSha256 ?? pairs.find((pair) => pair.member === member)?.state.__ownKey ?? "";
    return (
      `${member} gets a new key (${why}), which rotates its private key ${fingerprint}: keep the old one ` +
      `${placeOf(own)} until no machine needs it.`
    );
  });
  const takenBack = [...keys].flatMap(([member, { fingerprintSha256 }]) => {
    const own = noted.get(member);
    if (!own || own.fingerprintSha256 === fingerprintSha256) return [];
    return [
      `${member} goes back to its key ${fingerprintSha256}, which gives up its private key ${own.fingerprintSha256}: ` +
        `keep it ${placeOf(own)} until no machine needs it.`,
    ];
  });
  return [...rotated, ...takenBack];
}

/** The members that have a key and get a new one, with the arguments that say so. */
function reasonsByMember(
  steps: PairStep[],
  keys: Plan["keys"],
  noted: Contents["keys"],
): Map<string, Set<string>> {
  const rotated = new Map<string, Set<string>>();
  for (const step of steps) {
    if (step.kind === "remove" || step.kind === "update") continue;
    const { member, isCreated } = step.wanted;
    const isMade =
      step.kind === "add"
        ? noted.has(member)
        : step.stored.state.publicKeyBody === undefined && !step.stored.state.__isDoubtful;
    if (!isCreated || !isMade || keys.has(member)) continue;
    const changes = step.kind === "add" ? [] : step.changes;
    const reasons = changes.flatMap(({ property, kind }) =>
      kind === "replace" && OF_A_CREATED_KEY.includes(property) ? [property] : [],
    );
    rotated.set(member, new Set([...(rotated.get(member) ?? []), ...reasons]));
  }
  return rotated;
}

function placeOf(key: MemberKey | undefined): string {
  return placeOfOldKey(key?.privateKey === undefined ? key?.privateKeyFile : undefined);
}
