import { KeyPairError } from "../errors";
import { readKeyPair } from "../keyPair/read";
import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../model";
import type { OperationContext, ReadOutcome } from "../resource/contract";
import { asKeyPairError, type Failure, groupedFailure } from "./failures";
import { plannedPairs, wantedPairs } from "./members";
import { inParallel } from "./parallel";
import { Progress } from "./progress";
import { contentsOf, type StoredPair, setArgumentsOf, setStateOf } from "./state";

/**
 * Looks at each key pair in the cloud; one listing a region serves all. Pairs that are certainly gone leave the state, and the next
 * update makes them again. The set itself is never gone. Rejects, with all reasons, if one of the pairs cannot be looked at.
 */
export async function readKeyPairSet(
  id: string,
  stored: Partial<KeyPairSetState>,
  context: OperationContext,
): Promise<ReadOutcome<CheckedKeyPairSetArgs, KeyPairSetState> | undefined> {
  const { keyPairs, keyPairNamePrefix } = stored;
  if (keyPairs === undefined || keyPairNamePrefix === undefined) throw notKnownByName(id);
  const state = stored as KeyPairSetState;
  const contents = contentsOf(state);
  const failures: Failure[] = [];
  const all = [...contents.pairs, ...contents.leftOver];
  const progress = new Progress(all.length, context.operation);
  const found = new Map<StoredPair, StoredPair>();
  await inParallel(all, async (pair) => {
    const { member, region } = pair;
    const { keyPairName } = pair.state;
    try {
      const operation = progress.operationFor(pair);
      const read = await readKeyPair(keyPairName, pair.state, { ...context, operation });
      if (read) found.set(pair, { member, region, state: read.state });
    } catch (error) {
      failures.push({ member, region, keyPairName, error: asKeyPairError(error) });
    }
    progress.done(pair);
  });
  progress.end();
  if (failures.length > 0) {
    const regions = all.map(({ region }) => region);
    throw groupedFailure(failures, all.length, regions, "Nothing was changed.");
  }
  const isThere = (pair: StoredPair) => found.get(pair) ?? [];
  const { keys, pairs, leftOver } = contents;
  const now = { keys, pairs: pairs.flatMap(isThere), leftOver: leftOver.flatMap(isThere) };
  const refreshed = setStateOf(setArgumentsOf(state), now);
  const args = setArgumentsOf(refreshed);
  const planned = plannedPairs(wantedPairs(args, context.settings, context.catalog));
  return {
    id,
    state: refreshed,
    inputs: { ...args, keyPairs: planned as NonNullable<typeof args.keyPairs> },
  };
}

/** A set is in no cloud: only its key pairs are. */
function notKnownByName(id: string): KeyPairError {
  return new KeyPairError({
    code: "InvalidInput",
    message: `"${id}" cannot be read by its id: clouds have key pairs, and no sets of them`,
    next: 'To take over key pairs that are there already, give their public keys, with onExisting: "adopt".',
  });
}
