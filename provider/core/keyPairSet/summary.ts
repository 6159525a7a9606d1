import type { PropertyChange } from "../resource/propertyTable";
import { OF_THE_KEY, type PairStep, type Plan } from "./plan";
import { regionOf } from "./state";

/** More members are counted, not named. */
const MOST_NAMES = 8;

/** What a plan does, in one line: "add carla in 2 regions; bert: another key in 2 regions; remove dora". `undefined`: nothing that a user would notice. */
export function summaryOf({ steps, regionCount }: Plan): string | undefined {
  const stepsOfMembers = Map.groupBy(steps, memberOf);
  /** What is said, with the members of which it is said. */
  const told = new Map<string, string[]>();
  for (const [member, ofMember] of stepsOfMembers) {
    for (const [action, ofAction] of Map.groupBy(ofMember, (step) => actionOf(step, ofMember))) {
      if (action === "") continue;
      const where = whereOf(ofAction, regionCount, action === "remove");
      const template = isVerb(action) ? `${action} *${where}` : `*: ${action}${where}`;
      told.set(template, [...(told.get(template) ?? []), member]);
    }
  }
  const rank = (template: string) =>
    template.startsWith("add *") ? 0 : template.startsWith("remove *") ? 2 : 1;
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

function isVerb(action: string): boolean {
  return action === "add" || action === "remove";
}

function actionOf(step: PairStep, ofMember: PairStep[]): string {
  switch (step.kind) {
    case "add":
      return "add";
    case "remove": {
      // The old half of a move is no news.
      const isMoved = ofMember.some((other) => other.kind === "move");
      return isMoved ? "" : "remove";
    }
    default:
      return changesText(step.changes);
  }
}

function changesText(changes: PropertyChange[]): string {
  const said = changes.flatMap(({ property, kind }) => {
    if (OF_THE_KEY.has(property)) return kind === "replace" ? ["another key"] : [];
    return WORDS[property] ?? [];
  });
  return [...new Set(said)].join(", ");
}

const WORDS: Readonly<Record<string, string>> = {
  keyPairName: "another name",
  connection: "another place",
  tags: "tags",
  resourceGroupId: "another resource group",
  privateKeyFile: "its private key's file",
  savePrivateKey: "where its private key is kept",
  // Of a pair that the cloud may or may not have made.
  fingerprint: "made again, since a reply was lost",
};

function whereOf(steps: PairStep[], regionCount: number, isRemoval: boolean): string {
  const regions = [...new Set(steps.map(regionOfStep))];
  const [first = ""] = regions;
  if (isRemoval && regions.length >= regionCount) return "";
  if (regions.length > 1) return ` in ${regions.length} regions`;
  return regionCount > 1 ? ` ${isRemoval ? "from" : "in"} ${first}` : "";
}
