import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../model";
import type { OperationContext, Outcome } from "../resource/contract";
import { bringAbout } from "./create";
import { contentsOf } from "./state";

/** Changes the key pairs that differ from what the program wants, and no others. */
export function updateKeyPairSet(
  id: string,
  state: KeyPairSetState,
  args: CheckedKeyPairSetArgs,
  context: OperationContext,
): Promise<Outcome<KeyPairSetState>> {
  return bringAbout(id, contentsOf(state), args, context);
}
