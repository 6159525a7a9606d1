import { placeOfOldKey } from "../keyPair/rotation";
import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../model";
import type { DiffRequest, PathChange, ResourceDiff } from "../resource/contract";
import { changesOf } from "../resource/propertyTable";
import { knownPart } from "../unknown";
import { type PairStep, type Plan, planSet } from "./plan";
import { KEY_PAIR_SET_PROPERTIES } from "./properties";
import { type Contents, contentsOf, slotName } from "./state";
import { memberOf, namesText, regionOfStep, summaryOf } from "./summary";

/** Compares the set, and each of its key pairs, with the program. The set is never replaced. */
export function diffKeyPairSet({
  state,
  args,
  secrets,
  settings,
  catalog,
}: DiffRequest<CheckedKeyPairSetArgs, KeyPairSetState>): ResourceDiff {
  const known = { keyPairNamePrefix: state.keyPairNamePrefix, ...knownPart<CheckedKeyPairSetArgs>(args) };
  const comparison = { state, args: known, ignoreTags: settings.ignoreTags };
  const ofTheSet = changesOf(KEY_PAIR_SET_PROPERTIES, comparison, args);
  const contents = contentsOf(state);
  const plan = planSet(contents, args, { settings, catalog });
  const isChanged = plan.steps.length > 0;
  // A summary and a path name the member.
  const isHidden = hidesPairs(secrets);
  return {
    changes: isChanged ? [...ofTheSet, { property: "keyPairs", kind: "update" }] : ofTheSet,
    deleteBeforeReplace: true,
    warnings: plan.warnings,
    summary: isHidden ? undefined : summaryOf(plan),
    paths: isChanged && !isHidden ? plan.steps.map(pathChangeOf) : [],
    changingParts: changingPairs(plan, contents),
  };
}

/** Whether the program made a secret of what `keyPairs` follows from. */
function hidesPairs(secrets: ReadonlySet<string> | undefined): boolean {
  return KEY_PAIR_SET_PROPERTIES.keyPairs.follows.some((argument) => secrets?.has(argument));
}

/** The set replaces nothing of itself, but the engine can be told to replace it. */
export function engineReplacementWarnings({
  created = [],
  privateKeyFolder,
  savePrivateKeys,
}: Partial<CheckedKeyPairSetArgs>): string[] {
  if (created.length === 0) return [];
  // Files that are moved aside stay in the folder.
  const isInFolder = savePrivateKeys === false && privateKeyFolder !== undefined;
  const place = isInFolder ? `(in ${privateKeyFolder})` : placeOfOldKey(undefined);
  return [
    `the engine replaces the whole set, which rotates the private keys of ${namesText(created)}: keep the old ones ` +
      `${place} until no machine needs them.`,
  ];
}

/** The pairs that do not stay as they are, as `slotName` names them. What is left over in the same place is not the pair of that place. */
function changingPairs({ steps }: Plan, { pairs }: Contents): ReadonlySet<string> {
  const inPlace = new Set(pairs);
  const names = steps.flatMap((step) =>
    step.kind !== "add" && step.kind !== "update" && inPlace.has(step.stored) ? [slotName(step.stored)] : [],
  );
  return new Set(names);
}

/** What of the pair changes. Both sides of the comparison have it: the state, and what the check plans (`plannedPairs`). */
function pathChangeOf(step: PairStep): PathChange {
  const pair = ["keyPairs", memberOf(step), regionOfStep(step)];
  const change = (kind: PathChange["kind"], ...more: string[]): PathChange => ({
    property: "keyPairs",
    path: [...pair, ...more].map(pathPart).join(""),
    kind,
  });
  if (step.kind === "add") return change("add");
  if (step.kind === "remove") return change("delete");
  const changed = new Set(step.changes.map(({ property }) => property));
  if (changed.has("publicKeyBody") && !step.wanted.isCreated) return change("update", "fingerprintSha256");
  return change("update", changed.has("tags") ? "tags" : "keyPairName");
}

/** As the engine writes paths: `keyPairs.anna["eu-central-1"]`. */
function pathPart(name: string, index: number): string {
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return index === 0 ? name : `.${name}`;
  return `[${JSON.stringify(name)}]`;
}
