import type { Backend } from "../../core/backend";
import type { PairsOptions } from "./options";

/** Says that there are no key pairs that the options mean. */
export function nothingFound(options: PairsOptions, lookedAt: readonly Backend[]): string {
  const { namePattern, tag, resourceGroup } = options;
  const such = [namePattern, tag, resourceGroup].some((filter) => filter !== undefined) ? "such " : "";
  const sentences = [`There are no ${such}key pairs (${placesText(lookedAt)}).`, otherRegions(options)];
  return sentences.filter(Boolean).join(" ");
}

/** Where was looked. The places of one command differ only in their regions. */
export function placesText(lookedAt: readonly Backend[]): string {
  if (lookedAt.length === 1) return lookedAt.map(({ location }) => location).join();
  return `${lookedAt[0]?.name} backend, regions ${lookedAt.map(({ region }) => region).join(", ")}`;
}

/** The next step, unless the options say the regions: those of a program are not known here. */
export function otherRegions({ region, allRegions }: PairsOptions): string | undefined {
  return region || allRegions ? undefined : "Give --region, if they are in another one.";
}
