import * as pulumi from "@pulumi/pulumi";
import { checkConfiguration } from "./configuration";
import type {
  GetKeyPairArgs,
  GetKeyPairResult,
  GetKeyPairsArgs,
  GetKeyPairsResult,
  LookupInputs,
} from "./functionTypes";
import { isMocked } from "./mocks";
import { PLUGIN } from "./options";
import { whenMade } from "./whenMade";

/** What provider/fronts/dynamic/lookup.ts exports. Its own types would make everything below it a part of the program. */
interface Lookup {
  getKeyPair(args: GetKeyPairArgs, configuration: ReadConfiguration): Promise<GetKeyPairResult>;
  getKeyPairs(args: GetKeyPairsArgs, configuration: ReadConfiguration): Promise<GetKeyPairResult[]>;
}

type ReadConfiguration = (key: string) => string | undefined;

/** The names of the functions in the plugin, and in the mocks of a program's tests. */
const TOKENS = { getKeyPair: "keypair:index:getKeyPair", getKeyPairs: "keypair:index:getKeyPairs" };

/**
 * The key pair of exactly this name. The program's process asks the cloud now, also in a preview, with the stack's configuration and
 * credentials. Rejects if there is no such pair, or if the cloud cannot be asked.
 *
 * @param opts  Taken as every function of Pulumi does; a `provider` is refused, since only the plugin has one.
 */
export async function getKeyPair(
  args: GetKeyPairArgs,
  opts: pulumi.InvokeOptions = {},
): Promise<GetKeyPairResult> {
  if (isMocked()) return pulumi.runtime.invoke(TOKENS.getKeyPair, args, opts);
  return providerFor(opts).getKeyPair(args, readConfiguration);
}

/**
 * `getKeyPair` with outputs as arguments. If they come from a resource that does not exist yet, or if `dependsOn` names one, the
 * result is unknown in a preview.
 */
export function getKeyPairOutput(
  args: LookupInputs<GetKeyPairArgs>,
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetKeyPairResult> {
  return whenMade(args, opts.dependsOn).apply((known) => getKeyPair(known as GetKeyPairArgs, opts));
}

/** All key pairs that match all that is given; the cloud filters what it can. Rejects when it cannot be asked. */
export async function getKeyPairs(
  args: GetKeyPairsArgs = {},
  opts: pulumi.InvokeOptions = {},
): Promise<GetKeyPairsResult> {
  if (isMocked()) return pulumi.runtime.invoke(TOKENS.getKeyPairs, args, opts);
  const keyPairs = await providerFor(opts).getKeyPairs(args, readConfiguration);
  return { keyPairs, keyPairNames: keyPairs.map(({ keyPairName }) => keyPairName) };
}

/** `getKeyPairs` with outputs as arguments: see `getKeyPairOutput`. */
export function getKeyPairsOutput(
  args: LookupInputs<GetKeyPairsArgs> = {},
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetKeyPairsResult> {
  return whenMade(args, opts.dependsOn).apply((known) => getKeyPairs(known as GetKeyPairsArgs, opts));
}

/**
 * Loaded by the first look-up: a program without one loads no cloud library. A plain `require` of a constant path is also what
 * bundlers follow.
 */
function providerFor({ provider }: pulumi.InvokeOptions): Lookup {
  if (provider) throw new pulumi.RunError(`a look-up with the option provider needs ${PLUGIN}`);
  checkConfiguration();
  return require("../provider/fronts/dynamic/lookup");
}

function readConfiguration(key: string): string | undefined {
  return new pulumi.Config("keypair").get(key);
}
