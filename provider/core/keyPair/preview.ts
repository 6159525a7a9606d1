import { resolvePlace } from "../connection";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import type { PreviewRequest } from "../resource/contract";
import { hasUnknown, knownPart, type PartlyUnknown, type Preview, UNKNOWN } from "../unknown";
import { keyOutputs } from "./keyFacts";
import { privateKeyForms } from "./privateKeyForms";

type KeyPairPreview = PreviewRequest<CheckedKeyPairArgs, KeyPairState>;

/** What a preview can tell of a key pair: all that follows from an imported key, and whether there will be a private one. */
export function previewKeyPair(request: KeyPairPreview): Preview<KeyPairState> {
  const { args, state } = request;
  // In a preview, the suffix of a new name is not the final one yet.
  const name: Preview<KeyPairState> = args.__automaticName && !state ? { keyPairName: UNKNOWN } : {};
  return {
    ...name,
    ...(state ? keptInAllForms(args, state) : placeOf(request)),
    ...keyOf(args, state),
  };
}

function placeOf({ args, settings, catalog }: KeyPairPreview): Preview<KeyPairState> {
  if (hasUnknown(args.connection)) return {};
  const { connection } = knownPart<CheckedKeyPairArgs>(args);
  const place = resolvePlace(connection, settings, catalog).connection;
  return { backend: place.backend, region: place.region ?? UNKNOWN };
}

function keyOf(
  { publicKeyBody }: PartlyUnknown<CheckedKeyPairArgs>,
  state: KeyPairState | undefined,
): Preview<KeyPairState> {
  if (publicKeyBody === undefined) return {};
  const nonePrivate = inAllForms(undefined);
  // An update keeps the key.
  if (publicKeyBody === UNKNOWN || state) return nonePrivate;
  return { ...nonePrivate, ...keyOutputs(publicKeyBody) };
}

/** The forms of a private key are there, or not, together. */
function inAllForms(value: typeof UNKNOWN | undefined): Preview<KeyPairState> {
  return { privateKey: value, privateKeyOpenssh: value, privateKeyPem: value };
}

function keptInAllForms(args: PartlyUnknown<CheckedKeyPairArgs>, state: KeyPairState): Preview<KeyPairState> {
  const privateKey = keptPrivateKey(args, state);
  if (privateKey === undefined || privateKey === UNKNOWN) return inAllForms(privateKey);
  return { privateKey, ...privateKeyForms({ privateKey }) };
}

function keptPrivateKey(
  { savePrivateKey }: PartlyUnknown<CheckedKeyPairArgs>,
  state: KeyPairState,
): Preview<KeyPairState>["privateKey"] {
  if (savePrivateKey === false) return undefined;
  if (savePrivateKey === UNKNOWN) return UNKNOWN;
  // The private key comes back from its file into the state.
  return state.privateKey ?? (state.savePrivateKey === false ? UNKNOWN : undefined);
}
