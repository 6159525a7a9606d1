import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../model";
import type { OperationContext, Outcome } from "../resource/contract";
import { carryOut } from "./carryOut";
import { groupedFailure } from "./failures";
import { planSet } from "./plan";
import { type Contents, noContents, regionOf, setStateOf } from "./state";
import { regionOfStep } from "./summary";

/** Makes all key pairs of the set. If some fail, the others are recorded with the failure; if none is there, it rejects. */
export async function createKeyPairSet(
  args: CheckedKeyPairSetArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairSetState>> {
  const outcome = await bringAbout(idOf(args), noContents(), args, context);
  const { incomplete, state } = outcome;
  if (incomplete && state.keyPairNames.length === 0) throw incomplete.with({ next: "Nothing was made." });
  return outcome;
}

/** Brings the set from what it has to what the program wants. */
export async function bringAbout(
  id: string,
  contents: Contents,
  args: CheckedKeyPairSetArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairSetState>> {
  const plan = planSet(contents, args, context);
  const reached = await carryOut(plan, context, args.privateKeyFolder);
  const state = setStateOf(args, reached.contents);
  if (reached.failures.length === 0) return { id, state };
  const regions = [...plan.wanted.map(({ region }) => regionOf(region)), ...plan.steps.map(regionOfStep)];
  return { id, state, incomplete: groupedFailure(reached.failures, plan.steps.length, regions) };
}

/** What the names of its pairs have in common. */
function idOf({ keyPairNamePrefix }: CheckedKeyPairSetArgs): string {
  return `${keyPairNamePrefix}*`;
}
