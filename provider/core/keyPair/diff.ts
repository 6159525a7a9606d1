import type { BackendCatalog } from "../backend";
import { type ProviderSettings, resolveConnection, type Whereabouts } from "../connection";
import type { CheckedKeyPairArgs, KeyPairState, TagChanges } from "../model";
import { changesOf, type PropertyChange } from "../resource/propertyTable";
import { hasUnknown, knownPart, type PartlyUnknown } from "../unknown";
import { KEY_PAIR_PROPERTIES } from "./properties";

/** What is compared: the pair as it was last seen, and what the program says now. */
export interface DiffSubject {
  state: KeyPairState;
  args: CheckedKeyPairArgs;
  connection: Whereabouts;
  tagChanges: TagChanges;
}

export interface ResourceDiff {
  changes: PropertyChange[];
  /**
   * The name stays, so the old pair has to go before a new one can be made. Said of every difference, and of none: the engine
   * replaces for reasons of its own too (`replaceOnChanges`, a replacement that was cut short and then taken back).
   */
  deleteBeforeReplace: boolean;
  warnings: string[];
}

/**
 * Compares the stored key pair with the program. After a refresh the stored pair is the live one, so drift is found here
 * too. Does no I/O.
 */
export function diffKeyPair(
  state: KeyPairState,
  args: PartlyUnknown<CheckedKeyPairArgs>,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): ResourceDiff {
  const known: CheckedKeyPairArgs = {
    keyPairName: state.keyPairName,
    ...knownPart<CheckedKeyPairArgs>(args),
  };
  const subject: DiffSubject = {
    state,
    args: known,
    // Where a pair goes that is not known yet, nobody can tell: until then it is where it was.
    connection: resolveConnection(
      hasUnknown(args.connection) ? state.connection : known.connection,
      settings,
      catalog,
    ),
    tagChanges: known.tagChanges ?? settings.tagChanges ?? "replace",
  };
  const changes = changesOf(KEY_PAIR_PROPERTIES, subject, args);
  const replaces = changes.some(({ kind }) => kind === "replace");
  const staysInPlace = !changes.some(({ property, kind }) => property === "connection" && kind === "replace");
  const losesKey = replaces && state.publicKeyBody === undefined;
  return {
    changes,
    deleteBeforeReplace: staysInPlace && !known.__automaticName && known.keyPairName === state.keyPairName,
    warnings: losesKey ? [rotationWarning(state, changes)] : [],
  };
}

function rotationWarning(state: KeyPairState, changes: PropertyChange[]): string {
  const reasons = changes.filter(({ kind }) => kind === "replace").map(({ property }) => property);
  return (
    `replacing key pair "${state.keyPairName}" (${reasons.join(", ")}) rotates its private key ${state.__ownKey}: ` +
    "keep the old one (`pulumi stack output --show-secrets`) until no machine needs it" +
    (reasons.includes("tags") ? ', or change tags in place with tagChanges: "update".' : ".")
  );
}
