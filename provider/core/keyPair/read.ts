import { isDeepStrictEqual } from "node:util";
import { openPlace, placeOfState } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import type { OperationContext, ReadOutcome } from "../resource/contract";
import { assertSameOwner } from "../resource/owner";
import { publicKeyProblem } from "./keyFacts";
import { noteKeyFile } from "./noteState";
import { findCertainly } from "./settle";
import { argumentsOf, foundState, isOwn, refreshedState } from "./state";

/**
 * Looks at the pair in the cloud. Returns `undefined` only if the cloud says for certain, to the pair's
 * owner, that it is gone. If a state has no fingerprint, only the pair's name is known (`KeyPair.get`,
 * `pulumi import`).
 */
export async function readKeyPair(
  id: string,
  stored: Partial<KeyPairState>,
  context: OperationContext,
): Promise<ReadOutcome<CheckedKeyPairArgs, KeyPairState> | undefined> {
  const { settings, catalog, operation } = context;
  // A state that somebody wrote by hand (`pulumi import --file`) holds its own key.
  const state = defined({ ...stored, __ownKey: stored.__ownKey ?? stored.fingerprintSha256 });
  const place = placeOfState(state, settings, catalog);
  const backend = await openPlace(place, catalog);
  const sought = { ...state, name: id };
  if (!isKnown(state)) {
    const record = await findCertainly(backend, sought, operation);
    if (!record) return undefined;
    const problem = publicKeyProblem(record);
    if (problem)
      context.warn(
        `the public key of key pair "${id}" (${backend.location}) cannot be read, so its outputs are empty: ${problem}.`,
      );
    const owner = await backend.owner(operation);
    return withInputs(id, foundState(record, { backend, place, owner }, state.connection));
  }
  const record = await findCertainly(backend, sought, operation, (found) => isOwn(state, found));
  const refreshed = record && refreshedState(state, record, settings.ignoreTags);
  // If the pair matches the whole state, there is no need to ask for the owner. The same name and key are not
  // enough, because another account may have such a pair too.
  if (!record || record.ownerId !== undefined || !isDeepStrictEqual(refreshed, state))
    await assertSameOwner(state, record, backend, operation);
  if (refreshed) return withInputs(id, refreshed);
  // When a pair is gone, its private key's file stays. If this run makes the pair again, it moves the file
  // aside. An adoption instead takes over the key in the file.
  if (state.onExisting !== "adopt") noteKeyFile(state, settings, context.run);
  return undefined;
}

function withInputs(id: string, state: KeyPairState): ReadOutcome<CheckedKeyPairArgs, KeyPairState> {
  return { id, state, inputs: argumentsOf(state) };
}

function isKnown(state: Partial<KeyPairState>): state is KeyPairState {
  return state.fingerprint !== undefined;
}
