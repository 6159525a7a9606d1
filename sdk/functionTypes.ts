import type * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import type { NestedInputs } from "./inputs";

/* Arguments and results of the functions, which both fronts have. */

/** What `getKeyPair` looks for. */
export type GetKeyPairArgs = model.GetKeyPairArgs;
/** What `getKeyPairs` looks for: all key pairs that match all that is given. */
export type GetKeyPairsArgs = model.GetKeyPairsArgs;
/** What the cloud tells of a key pair. It never tells a private key. */
export type GetKeyPairResult = model.KeyPairFacts;

/** What `getKeyPairs` found, sorted by name. */
export interface GetKeyPairsResult {
  keyPairs: GetKeyPairResult[];
  /** The names of `keyPairs`. */
  keyPairNames: string[];
}

/** Arguments in which each value may be an output. */
export type LookupInputs<T> = {
  [K in keyof T]: undefined extends T[K]
    ? pulumi.Input<NestedInputs<NonNullable<T[K]>> | undefined> | undefined
    : pulumi.Input<NestedInputs<NonNullable<T[K]>>>;
};

/** What `getPublicKey` reads. */
export type GetPublicKeyArgs = model.GetPublicKeyArgs;
/** The public half of a key: its line, type, size and fingerprints. */
export type GetPublicKeyResult = model.PublicKeyFacts;
