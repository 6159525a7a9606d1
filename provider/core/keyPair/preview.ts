import type { BackendCatalog } from "../backend";
import { type ProviderSettings, resolveConnection } from "../connection";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { type Foreseen, hasUnknown, knownPart, type PartlyUnknown, UNKNOWN } from "../unknown";
import { keyOutputs } from "./lifecycle";

/** What a preview can tell of a key pair: all that follows from an imported key, and whether there will be a private one. */
export function foreseeKeyPair(
  args: PartlyUnknown<CheckedKeyPairArgs>,
  state: KeyPairState | undefined,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Foreseen<KeyPairState> {
  const place = hasUnknown(args.connection)
    ? {}
    : placeOf(knownPart<CheckedKeyPairArgs>(args), state, settings, catalog);
  // In a preview the suffix of a new name is not yet the one that it will have.
  const name: Foreseen<KeyPairState> = args.__automaticName && !state ? { keyPairName: UNKNOWN } : {};
  return {
    ...name,
    ...place,
    ...(state ? { privateKey: keptPrivateKey(args, state) } : newKeyOf(args)),
  };
}

function placeOf(
  { connection }: Partial<CheckedKeyPairArgs>,
  state: KeyPairState | undefined,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Foreseen<KeyPairState> {
  const { effective, stored } = resolveConnection(connection, settings, catalog);
  if (state) return { connection: stored };
  return { connection: stored, backend: effective.backend, region: effective.region ?? UNKNOWN };
}

function newKeyOf({ publicKeyBody }: PartlyUnknown<CheckedKeyPairArgs>): Foreseen<KeyPairState> {
  if (publicKeyBody === undefined) return {};
  const nonePrivate = { privateKey: undefined };
  return publicKeyBody === UNKNOWN ? nonePrivate : { ...nonePrivate, ...keyOutputs(publicKeyBody) };
}

function keptPrivateKey(
  { savePrivateKey, publicKeyBody }: PartlyUnknown<CheckedKeyPairArgs>,
  state: KeyPairState,
): Foreseen<KeyPairState>["privateKey"] {
  if (publicKeyBody !== undefined || savePrivateKey === false) return undefined;
  if (savePrivateKey === UNKNOWN) return UNKNOWN;
  // It comes back from its file into the state.
  return state.privateKey ?? (state.savePrivateKey === false ? UNKNOWN : undefined);
}
