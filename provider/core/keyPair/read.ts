import { resolveConnection } from "../connection";
import type { KeyPairState } from "../model";
import { backendOfState, type LifecycleContext } from "../resource/contract";
import type { Outcome } from "./create";
import { noteKeyFile } from "./keyFile";
import { adoptedState, refreshedState } from "./state";
import { findCertainly } from "./waiting";

/**
 * Looks at the pair in the cloud; `undefined` when it surely is not there any more. A state without a fingerprint is one of
 * which only the name is known (`KeyPair.get`).
 */
export async function readKeyPair(
  id: string,
  state: Partial<KeyPairState>,
  context: LifecycleContext,
): Promise<Outcome | undefined> {
  const { settings, catalog } = context;
  const backend = await backendOfState(state, context);
  const record = await findCertainly(backend, id, state.createdAt, context.operation);
  if (!record) {
    // An adoption takes the key over that the file holds.
    if (state.onExisting !== "adopt") noteKeyFile(state, context);
    return undefined;
  }
  if (isKnown(state)) return { id, state: refreshedState(state, record) };
  return {
    id,
    state: adoptedState(record, backend, resolveConnection(state.connection, settings, catalog).stored),
  };
}

function isKnown(state: Partial<KeyPairState>): state is KeyPairState {
  return state.fingerprint !== undefined && state.__ownKey !== undefined;
}
