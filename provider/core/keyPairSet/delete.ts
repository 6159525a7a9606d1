import type { KeyPairSetState } from "../model";
import type { OperationContext } from "../resource/contract";
import { carryOut } from "./carryOut";
import { groupedFailure } from "./failures";
import { noPlan, type PairStep } from "./plan";
import { contentsOf } from "./state";
import { regionOfStep } from "./summary";

/** Deletes all key pairs of the set. Rejects with the names of those that are left; the others are gone. */
export async function deleteKeyPairSet(
  _id: string,
  state: KeyPairSetState,
  context: OperationContext,
): Promise<void> {
  const contents = contentsOf(state);
  const steps = [...contents.pairs, ...contents.leftOver].map(
    (stored): PairStep => ({ kind: "remove", stored }),
  );
  const { failures } = await carryOut({ ...noPlan(contents), steps }, context, undefined);
  if (failures.length === 0) return;
  const others = failures.length < steps.length ? "The other key pairs of the set are gone. " : "";
  const next = `${others}Run it again for those that are left.`;
  throw groupedFailure(failures, steps.length, steps.map(regionOfStep), next);
}
