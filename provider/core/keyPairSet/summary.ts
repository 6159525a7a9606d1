import type { PropertyChange } from "../resource/propertyTable";
import { OF_THE_KEY, type PairStep, type Plan } from "./plan";
import { regionOf, type StoredPair } from "./state";

/** More members are counted, not named. */
const MOST_NAMES = 8;
/** More regions are counted, not named. */
const MOST_REGIONS = 3;

/**
 * What a plan does, in one line: "add carla in 2 regions; anna: from east to west; bert: another key in 2 regions; remove dora".
 * `undefined`: nothing that a user would notice.
 */
export function summaryOf(plan: Plan): string | undefined {
  const staying = new Set(plan.wanted.map(({ member }) => member));
  const leftOver = new Set(plan.contents.leftOver);
  /** What is said, with the members of which it is said. */
  const told = new Map<string, string[]>();
  for (const [member, steps] of Map.groupBy(plan.steps, memberOf)) {
    const templates = [
      ...comingAndGoing(steps, leftOver, staying.has(member), plan.regionCount),
      ...changesOfPairs(steps, plan.regionCount),
    ];
    for (const template of templates) told.set(template, [...(told.get(template) ?? []), member]);
  }
  const rank = (template: string) =>
    template.startsWith("add ") ? 0 : template.startsWith("remove ") ? 2 : 1;
  const parts = [...told]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([template, members]) => template.replace("*", () => namesText(members)));
  return parts.length > 0 ? parts.join("; ") : undefined;
}

/** The names, or the first of them and how many there are beside. */
export function namesText(names: readonly string[]): string {
  const shown = names.slice(0, names.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES);
  const others = names.length - shown.length;
  return others > 0 ? `${shown.join(", ")} and ${others} others` : shown.join(", ");
}

/** The member that a step is about. */
export function memberOf(step: PairStep): string {
  return step.kind === "remove" ? step.stored.member : step.wanted.member;
}

/** The region that a step is about. */
export function regionOfStep(step: PairStep): string {
  return step.kind === "remove" ? step.stored.region : regionOf(step.wanted.region);
}

/** In which regions the member gets pairs and loses them; `*` stands for its name. */
function comingAndGoing(
  steps: PairStep[],
  leftOver: ReadonlySet<StoredPair>,
  stays: boolean,
  regionCount: number,
): string[] {
  const removals = steps.filter((step) => step.kind === "remove");
  const added = regionsOf(steps.filter(({ kind }) => kind === "add"));
  const left = regionsOf(removals.filter(({ stored }) => !leftOver.has(stored)));
  if (stays && added.length > 0 && left.length > 0)
    return [`*: from ${regionsText(left)} to ${regionsText(added)}`];
  const said: string[] = [];
  if (added.length > 0) said.push(`add *${where(added, regionCount)}`);
  if (left.length > 0) said.push(stays ? `remove * from ${regionsText(left)}` : "remove *");
  // The old half of a move is no news.
  const isMoved = steps.some(({ kind }) => kind === "move");
  const old = regionsOf(removals.filter(({ stored }) => leftOver.has(stored)));
  if (stays && !isMoved && old.length > 0) said.push(`remove the old pair of *${where(old, regionCount)}`);
  return said;
}

/** What changes of the member's pairs that stay, or are made again. */
function changesOfPairs(steps: PairStep[], regionCount: number): string[] {
  const changed = steps.filter((step) => step.kind !== "add" && step.kind !== "remove");
  return [...Map.groupBy(changed, ({ changes }) => changesText(changes))].flatMap(([text, ofText]) =>
    text === "" ? [] : [`*: ${text}${where(regionsOf(ofText), regionCount)}`],
  );
}

/** Of pairs that are made again, only why: what else changes comes with that. */
function changesText(changes: PropertyChange[]): string {
  const replacing = changes.filter(({ kind }) => kind === "replace");
  const isMadeAgain = replacing.length > 0;
  const said = (isMadeAgain ? replacing : changes).flatMap(({ property }) => {
    if (OF_THE_KEY.has(property)) return isMadeAgain ? [ANOTHER_KEY] : [];
    return WORDS[property] ?? [];
  });
  const text = [...new Set(said)].join(", ");
  // That a pair with another key is made again goes without saying.
  return isMadeAgain && !text.startsWith(ANOTHER_KEY) ? `made again because of ${text}` : text;
}

const ANOTHER_KEY = "another key";

const WORDS: Readonly<Record<string, string>> = {
  keyPairName: "another name",
  connection: "another place",
  tags: "other tags",
  resourceGroupId: "another resource group",
  privateKeyFile: "its private key's file",
  savePrivateKey: "where its private key is kept",
  // Of a pair that the cloud may or may not have made.
  fingerprint: "a lost reply",
};

function regionsOf(steps: readonly PairStep[]): string[] {
  return [...new Set(steps.map(regionOfStep))];
}

/** Of a set in one region it goes without saying. */
function where(regions: string[], regionCount: number): string {
  if (regions.length < regionCount) return ` in ${regionsText(regions)}`;
  return regionCount > 1 ? ` in ${regions.length} regions` : "";
}

/** The names of the regions, or how many they are. */
export function regionsText(regions: readonly string[]): string {
  return regions.length > MOST_REGIONS ? `${regions.length} regions` : regions.join(", ");
}
