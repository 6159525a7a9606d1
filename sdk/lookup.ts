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

/** What provider/fronts/dynamic/lookup.ts exports. Its own types would make everything below it a part of the program. */
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

/**
 * `getKeyPair` with outputs for arguments. Where these come from a resource that is not made yet, the answer of a preview is
 * unknown.
 */
export function getKeyPairOutput(args: LookupInputs<GetKeyPairArgs>): pulumi.Output<GetKeyPairResult> {
  return whenMade(pulumi.output(args)).apply((known) => getKeyPair(known as GetKeyPairArgs));
}

/** All key pairs that match all that is given; the cloud filters what it can. Rejects when it cannot be asked. */
export async function getKeyPairs(args: GetKeyPairsArgs = {}): Promise<GetKeyPairsResult> {
  const keyPairs = await provider().getKeyPairs(args, readConfiguration);
  return { keyPairs, keyPairNames: keyPairs.map(({ keyPairName }) => keyPairName) };
}

/** `getKeyPairs` with outputs for arguments, as `getKeyPairOutput` has them. */
export function getKeyPairsOutput(
  args: LookupInputs<GetKeyPairsArgs> = {},
): pulumi.Output<GetKeyPairsResult> {
  return whenMade(pulumi.output(args)).apply((known) => getKeyPairs(known as GetKeyPairsArgs));
}

/** The value, unknown until the resources that it comes from are made: as the engine has it for the functions of its providers. */
function whenMade<T>(value: pulumi.Output<T>): pulumi.Output<T> {
  const resources = isTraced(value) ? value.allResources() : Promise.resolve(new Set<pulumi.Resource>());
  const ids = resources.then((all) => [...all].filter(pulumi.CustomResource.isInstance).map(({ id }) => id));
  // `apply` does not run while a part is unknown.
  return pulumi.output(ids).apply(() => value);
}

/** Outputs know their resources, though the types do not tell. */
function isTraced(output: object): output is { allResources(): Promise<Set<pulumi.Resource>> } {
  return "allResources" in output && typeof output.allResources === "function";
}

/** Loaded by the first look-up: a program without one loads no cloud library. */
function provider(): Lookup {
  return createRequire(__filename)("../provider/fronts/dynamic/lookup");
}

function readConfiguration(key: string): string | undefined {
  return new pulumi.Config("keypair").get(key);
}
