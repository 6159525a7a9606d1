import { isDeepStrictEqual } from "node:util";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import type { ChangeKind } from "../resource/propertyTable";
import type { KeyPairComparison } from "./diff";
import { resolveGeneration } from "./generation";
import { tagChange } from "./tags";

/*
 * What a difference means. Replacing a key pair because of a mere difference in form locks its users out, so
 * each rule prefers "the same". No rule does I/O, because the engine compares the resources one by one.
 */

/** Where a created key comes from, then and now. */
interface OriginComparison {
  state: Pick<KeyPairState, "keyGeneration" | "keepers">;
  args: Pick<CheckedKeyPairArgs, "publicKeyBody" | "keyGeneration" | "keepers">;
}

/** Algorithm and Base64 of an OpenSSH line decide; the comment does not. */
export function sameKeyLine(a: string, b: string): boolean {
  return keyOf(a) === keyOf(b);
}

/** An imported pair must hold the program's key, a created one the key that was made for it. */
export function compareKey({ state, args }: KeyPairComparison): ChangeKind | undefined {
  const isOwn = state.fingerprintSha256 === state.__ownKey;
  if (args.publicKeyBody === undefined) {
    const wasImported = state.publicKeyBody !== undefined;
    const isIgnored = args.__keyInCloud !== undefined && args.__keyInCloud === state.fingerprintSha256;
    return wasImported || !(isOwn || isIgnored) ? "replace" : undefined;
  }
  if (!sameKeyLine(args.publicKeyBody, state.publicKey)) return "replace";
  return takesOverKey(state, args) ? "update" : undefined;
}

/**
 * Somebody replaced the resource's key, and now the program gives that same new key: from now on the pair
 * belongs to this resource. But after a refresh the arguments hold the cloud's key, and `ignoreChanges` keeps
 * it there. Then the key still belongs to somebody else, unless the program says `onExisting: "adopt"`.
 */
export function takesOverKey(
  state: KeyPairState,
  { publicKeyBody, onExisting }: CheckedKeyPairArgs,
): boolean {
  if (publicKeyBody === undefined || state.fingerprintSha256 === state.__ownKey) return false;
  const isFromRefresh = state.publicKeyBody !== undefined && sameKeyLine(publicKeyBody, state.publicKeyBody);
  return sameKeyLine(publicKeyBody, state.publicKey) && (!isFromRefresh || onExisting === "adopt");
}

export function compareGeneration({ state, args }: OriginComparison): ChangeKind | undefined {
  if (args.publicKeyBody !== undefined) return undefined;
  return isDeepStrictEqual(resolveGeneration(state.keyGeneration), resolveGeneration(args.keyGeneration))
    ? undefined
    : "replace";
}

/** A key that had no keepers belongs to the first ones, and one that loses them stays. */
export function compareKeepers({ state, args }: OriginComparison): ChangeKind | undefined {
  if (isDeepStrictEqual(state.keepers, args.keepers)) return undefined;
  return state.keepers === undefined || args.keepers === undefined ? "update" : "replace";
}

/** A pair stays in its group when the program no longer names one. The state keeps it: who may see one group only finds the pair there. */
export function compareResourceGroup({ state, args }: KeyPairComparison): ChangeKind | undefined {
  const isSame = args.resourceGroupId === undefined || args.resourceGroupId === state.resourceGroupId;
  return isSame ? undefined : "update";
}

/** The state holds only tags that the program has set; other tags belong to other tools. */
export function compareTags({
  state,
  args,
  tagChanges,
  ignoreTags,
}: KeyPairComparison): ChangeKind | undefined {
  return tagChange(state.tags ?? {}, args.tags ?? {}, ignoreTags) ? tagChanges : undefined;
}

function keyOf(line: string): string {
  return line.trim().split(/\s+/, 2).join(" ");
}
