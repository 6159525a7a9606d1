import type { BackendCatalog } from "./backend";
import { type CheckFailure, type CheckResult, checkKeyPair } from "./check";
import type { ProviderSettings } from "./connection";
import { diffKeyPair, type ResourceDiff } from "./diff";
import {
  createKeyPair,
  deleteKeyPair,
  type LifecycleContext,
  type Outcome,
  readKeyPair,
  updateKeyPair,
} from "./lifecycle";
import type { CheckedKeyPairArgs, KeyPairArgs, KeyPairState } from "./model";
import { KEY_PAIR_PROPERTIES, SECRET_PROPERTIES } from "./properties";
import type { PropertyTable } from "./table";
import type { PartlyUnknown } from "./unknown";

/** What a front needs to serve a resource. Fronts hold no rules: they unwrap, call one of these, and wrap. */
export interface ManagedResource<Args extends object, Checked extends Args, State extends object> {
  /** The outputs that are secrets. */
  readonly secretOutputs: readonly string[];
  /** The failure as it can be given to an engine that shows the value with it. */
  withoutEcho(failure: CheckFailure): CheckFailure;
  check(request: {
    logicalName: string;
    olds: Partial<Checked>;
    news: PartlyUnknown<Args>;
    settings: ProviderSettings;
    catalog: BackendCatalog;
    preview?: boolean;
    replacedKey?: string | undefined;
  }): CheckResult<Checked>;
  diff(
    state: State,
    args: PartlyUnknown<Checked>,
    settings: ProviderSettings,
    catalog: BackendCatalog,
  ): ResourceDiff;
  create(args: Checked, context: LifecycleContext): Promise<Outcome<State>>;
  read(id: string, state: Partial<State>, context: LifecycleContext): Promise<Outcome<State> | undefined>;
  update(id: string, state: State, args: Checked, context: LifecycleContext): Promise<Outcome<State>>;
  delete(id: string, state: State, context: LifecycleContext): Promise<void>;
}

export const keyPairResource: ManagedResource<KeyPairArgs, CheckedKeyPairArgs, KeyPairState> = {
  secretOutputs: SECRET_PROPERTIES,
  withoutEcho: (failure) => withoutEcho(failure, KEY_PAIR_PROPERTIES),
  check: checkKeyPair,
  diff: diffKeyPair,
  create: createKeyPair,
  read: readKeyPair,
  update: updateKeyPair,
  delete: deleteKeyPair,
};

/** A failure at a property makes the engine print the property's value; of some, that must never be seen. */
function withoutEcho({ property, reason }: CheckFailure, rows: PropertyTable<never>): CheckFailure {
  return rows[property]?.neverEchoed
    ? { property: "", reason: `${property}: ${reason}` }
    : { property, reason };
}
