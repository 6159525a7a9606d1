import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type * as model from "../provider/core/model";
import type { NestedInputs } from "./inputs";

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
export type LookupInputs<T> = { [K in keyof T]: pulumi.Input<NestedInputs<NonNullable<T[K]>>> | undefined };

/** What provider/dynamic/lookup.ts exports. Its own types would make everything below it a part of the program. */
interface Lookup {
  getKeyPair(args: GetKeyPairArgs, configuration: ReadConfiguration): Promise<GetKeyPairResult>;
  getKeyPairs(args: GetKeyPairsArgs, configuration: ReadConfiguration): Promise<GetKeyPairResult[]>;
}

type ReadConfiguration = (key: string) => string | undefined;

/**
 * The key pair of exactly this name, asked of the cloud now, in the preview too. Rejects when there is none, or when the cloud
 * cannot be asked. The program's process asks, with the stack's configuration and credentials.
 */
export async function getKeyPair(args: GetKeyPairArgs): Promise<GetKeyPairResult> {
  return provider().getKeyPair(args, readConfiguration);
}

/** `getKeyPair` with outputs for arguments. */
export function getKeyPairOutput(args: LookupInputs<GetKeyPairArgs>): pulumi.Output<GetKeyPairResult> {
  return pulumi.output(args).apply((known) => getKeyPair(known as GetKeyPairArgs));
}

/** All key pairs that match all that is given; the cloud filters what it can. Rejects when it cannot be asked. */
export async function getKeyPairs(args: GetKeyPairsArgs = {}): Promise<GetKeyPairsResult> {
  const keyPairs = await provider().getKeyPairs(args, readConfiguration);
  return { keyPairs, keyPairNames: keyPairs.map(({ keyPairName }) => keyPairName) };
}

/** `getKeyPairs` with outputs for arguments. */
export function getKeyPairsOutput(
  args: LookupInputs<GetKeyPairsArgs> = {},
): pulumi.Output<GetKeyPairsResult> {
  return pulumi.output(args).apply((known) => getKeyPairs(known as GetKeyPairsArgs));
}

/** Loaded by the first look-up: a program without one loads no cloud library. */
function provider(): Lookup {
  return createRequire(__filename)("../provider/dynamic/lookup");
}

function readConfiguration(key: string): string | undefined {
  return new pulumi.Config("keypair").get(key);
}
