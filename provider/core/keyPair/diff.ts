import { fingerprintSha256, readPublicKey } from "../../keys";
import { type PlaceComparison, placesToCompare } from "../connection";
import type { CheckedKeyPairArgs, IgnoreTags, KeyPairState, TagChanges } from "../model";
import type { DiffRequest, ResourceDiff } from "../resource/contract";
import { changesOf, isReplacement, type PropertyChange } from "../resource/propertyTable";
import { knownPart, type PartlyUnknown } from "../unknown";
import { sameKeyLine } from "./compare";
import { keyFileWarning } from "./keyFile";
import { KEY_PAIR_PROPERTIES } from "./properties";
import { KEY_SOURCES } from "./publicKeySource";
import { dueWarning, placeOfOldKey } from "./rotation";

/** What is compared: the pair as it was last seen, and what the program says now. */
export interface KeyPairComparison extends PlaceComparison {
  state: KeyPairState;
  args: CheckedKeyPairArgs;
  tagChanges: TagChanges;
  ignoreTags: IgnoreTags | undefined;
}

/** The arguments that say where a pair is, and whose. */
const PLACE = ["connection", "userId"];

/** For a pair that the cloud may or may not have made: nobody has received its key, so it is made again. */
const MAKE_AGAIN: PropertyChange[] = [{ property: "fingerprint", kind: "replace" }];

/** Compares the stored key pair with the program. After a refresh the stored pair is the live one, so drift is found here too. */
export function diffKeyPair({
  state,
  args,
  secrets,
  settings,
  catalog,
}: DiffRequest<CheckedKeyPairArgs, KeyPairState>): ResourceDiff {
  const known: CheckedKeyPairArgs = {
    keyPairName: state.keyPairName,
    ...knownPart<CheckedKeyPairArgs>(args),
  };
  const comparison: KeyPairComparison = {
    state,
    args: known,
    ...placesToCompare(state, args, settings, catalog),
    tagChanges: known.tagChanges ?? settings.tagChanges ?? "replace",
    ignoreTags: settings.ignoreTags,
  };
  const changes = state.__isDoubtful ? MAKE_AGAIN : changesOf(KEY_PAIR_PROPERTIES, comparison, args);
  const staysInPlace = !changes.some(({ property, kind }) => PLACE.includes(property) && kind === "replace");
  return {
    changes,
    deleteBeforeReplace: staysInPlace && !known.__automaticName && known.keyPairName === state.keyPairName,
    warnings: isReplacement(changes)
      ? replacementWarnings(state, args, changes)
      : [keyFileWarning(state, known) ?? [], dueWarning(state, known, Date.now()) ?? []].flat(),
    summary: KEY_SOURCES.some((name) => secrets?.has(name)) ? undefined : keySummary(state, known),
  };
}

/** The same for a replacement that the engine wants for a reason of its own. */
export function engineReplacementWarnings({
  keyPairName,
  publicKeyBody,
  privateKeyFile,
  savePrivateKey,
}: Partial<CheckedKeyPairArgs>): string[] {
  if (publicKeyBody !== undefined) return [];
  const place = placeOfOldKey(savePrivateKey === false ? privateKeyFile : undefined);
  return [
    `the engine replaces key pair "${keyPairName}" without a change of its own, which rotates its private key: keep the old one ` +
      `${place} until no machine needs it.`,
  ];
}

/** Which key comes in the place of which, and whose they are: the engine shows long lines, or only that something changes. */
function keySummary(state: KeyPairState, { publicKeyBody }: CheckedKeyPairArgs): string | undefined {
  const line = state.publicKeyBody ?? state.publicKey;
  if (state.__isDoubtful || publicKeyBody === undefined || sameKeyLine(line, publicKeyBody)) return undefined;
  // A key that cannot be read has only the cloud's own fingerprint.
  const before = state.fingerprintSha256 || state.fingerprint;
  const now = fingerprintSha256(readPublicKey(publicKeyBody));
  return `key pair "${state.keyPairName}" gets another public key: ${before}${whose(line)} → ${now}${whose(publicKeyBody)}`;
}

/** What stands behind the key in its line. */
function whose(line: string): string {
  const comment = line.trim().split(/\s+/).slice(2).join(" ");
  return comment === "" ? "" : ` (${comment})`;
}

function replacementWarnings(
  state: KeyPairState,
  args: PartlyUnknown<CheckedKeyPairArgs>,
  changes: PropertyChange[],
): string[] {
  const reasons = changes
    .filter(({ kind }) => kind === "replace")
    .map(({ property }) => asGiven(property, args));
  if (state.__isDoubtful) return [];
  if (state.publicKeyBody === undefined) {
    const place = placeOfOldKey(state.privateKey === undefined ? state.privateKeyFile : undefined);
    const advice = reasons.includes("tags") ? ', or change tags in place with tagChanges: "update".' : ".";
    const [loss, kept] = args.publicKeyBody === undefined ? ["rotates", "the old one"] : ["gives up", "it"];
    return [
      `replacing key pair "${state.keyPairName}" (${reasons.join(", ")}) ${loss} its private key ${state.__ownKey}: ` +
        `keep ${kept} ${place} until no machine needs it${advice}`,
    ];
  }
  if (args.publicKeyBody !== undefined) return [];
  return [
    `key pair "${state.keyPairName}" was imported, and the program gives no public key any more: it will be replaced by a pair with a ` +
      `new key. Who logs in with the key ${state.fingerprintSha256} will be locked out of machines that are made from then on.`,
  ];
}

/** The argument by which the program changed the property: the check fills in names and the keys of files. */
function asGiven(property: string, args: PartlyUnknown<CheckedKeyPairArgs>): string {
  if (property === "keyPairName" && args.__automaticName && args.keyPairNamePrefix !== undefined)
    return "keyPairNamePrefix";
  return property === "publicKeyBody" && args.publicKeyFile !== undefined ? "publicKeyFile" : property;
}
