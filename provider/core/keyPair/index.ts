import type { BackendCatalog } from "../backend";
import { type ProviderSettings, placeOf } from "../connection";
import type { CheckedKeyPairArgs, KeyPairArgs, KeyPairState } from "../model";
import type { CheckRequest, CheckResult } from "../resource/findings";
import type { PropertyTable } from "../resource/propertyTable";
import type { Derivations } from "../stored";
import type { Foreseen, PartlyUnknown } from "../unknown";
import { checkKeyPair } from "./check";
import { diffKeyPair, type ResourceDiff } from "./diff";
import {
  createKeyPair,
  deleteKeyPair,
  type LifecycleContext,
  type Outcome,
  readKeyPair,
  updateKeyPair,
} from "./lifecycle";
import { foreseeKeyPair } from "./preview";
import { KEY_PAIR_PROPERTIES } from "./properties";

export interface OwnKey {
  /** SHA-256. */
  fingerprint: string;
  /** Its private half was made for this resource, and goes with it. */
  isCreated: boolean;
  /** When the pair was made, as the state says it. */
  createdAt: string | undefined;
}

/** What a front needs to serve a resource. Fronts hold no rules: they unwrap, call one of these, and wrap. */
export interface ManagedResource<Args extends object, Checked extends Args, State extends object> {
  readonly table: PropertyTable<never>;
  /** What a stored state leaves out, where it follows from the rest. */
  readonly derivations: Derivations<never>;
  /** The key that the resource made or imported, where it has one. */
  ownKey?(state: Partial<State>): OwnKey | undefined;
  check(request: CheckRequest<Args, Checked>): CheckResult<Checked>;
  diff(
    state: State,
    args: PartlyUnknown<Checked>,
    settings: ProviderSettings,
    catalog: BackendCatalog,
  ): ResourceDiff;
  /**
   * What a preview can tell of the outputs beyond the arguments themselves: `state` is what is there already.
   */
  foresee?(
    args: PartlyUnknown<Checked>,
    state: State | undefined,
    settings: ProviderSettings,
    catalog: BackendCatalog,
  ): Foreseen<State>;
  create(args: Checked, context: LifecycleContext): Promise<Outcome<State>>;
  /** `undefined`: it surely is not there any more. */
  read(id: string, state: Partial<State>, context: LifecycleContext): Promise<Outcome<State> | undefined>;
  update(id: string, state: State, args: Checked, context: LifecycleContext): Promise<Outcome<State>>;
  delete(id: string, state: State, context: LifecycleContext): Promise<void>;
}

/** A key pair. */
export const keyPairResource: ManagedResource<KeyPairArgs, CheckedKeyPairArgs, KeyPairState> = {
  table: KEY_PAIR_PROPERTIES,
  derivations: {
    publicKeyBody: { from: ({ publicKey }) => publicKey, isOptional: true },
    connection: { from: placeOf },
    __ownKey: { from: ({ fingerprintSha256 }) => fingerprintSha256 },
  } satisfies Derivations<KeyPairState, keyof KeyPairState>,
  ownKey: ({ __ownKey: fingerprint, publicKeyBody, createdAt }) =>
    fingerprint === undefined
      ? undefined
      : { fingerprint, isCreated: publicKeyBody === undefined, createdAt },
  check: checkKeyPair,
  diff: diffKeyPair,
  foresee: foreseeKeyPair,
  create: createKeyPair,
  read: readKeyPair,
  update: updateKeyPair,
  delete: deleteKeyPair,
};
