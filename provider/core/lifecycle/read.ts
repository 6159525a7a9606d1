import type { Backend, KeyPairRecord } from "../backend";
import { resolveConnection } from "../connection";
import type { KeyPairState } from "../model";
import { backendOfState, type LifecycleContext } from "./context";
import type { Outcome } from "./create";
import { adoptedState, refreshedState } from "./state";
import { findSettled } from "./waiting";

/** While a pair is younger than this, a read that does not find it may just be late. */
const YOUNG_MS = 3 * 60_000;

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
  const record = await findCertainly(id, state, backend, context);
  if (!record) return undefined;
  if (isKnown(state)) return { id, state: refreshedState(state, record) };
  return {
    id,
    state: adoptedState(record, backend, resolveConnection(state.connection, settings, catalog).stored),
  };
}

/** A listing answers for all resources at once; that one is missing from it is asked again, by name. */
async function findCertainly(
  id: string,
  state: Partial<KeyPairState>,
  backend: Backend,
  { operation }: LifecycleContext,
): Promise<KeyPairRecord | undefined> {
  const listed = await backend.findKeyPair(id, "sweep", operation);
  if (listed) return listed;
  const age = Date.now() - Date.parse(state.createdAt ?? "1970-01-01");
  return age < YOUNG_MS ? findSettled(backend, id, operation) : backend.findKeyPair(id, "exact", operation);
}

function isKnown(state: Partial<KeyPairState>): state is KeyPairState {
  return state.fingerprint !== undefined && state.__ownKey !== undefined;
}
