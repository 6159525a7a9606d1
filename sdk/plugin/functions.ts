import * as pulumi from "@pulumi/pulumi";
import type {
  GetKeyPairArgs,
  GetKeyPairResult,
  GetKeyPairsArgs,
  GetKeyPairsResult,
  GetPublicKeyArgs,
  GetPublicKeyResult,
  LookupInputs,
} from "../functionTypes";
import { withPlugin } from "./options";

/** The key pair of exactly this name, as the provider's cloud has it now. Rejects if there is no such pair. */
export function getKeyPair(args: GetKeyPairArgs, opts: pulumi.InvokeOptions = {}): Promise<GetKeyPairResult> {
  return pulumi.runtime.invoke("keypair:index:getKeyPair", args, withPlugin(opts));
}

/** `getKeyPair` with outputs as arguments. Unknown in a preview while they, or what `dependsOn` names, are. */
export function getKeyPairOutput(
  args: LookupInputs<GetKeyPairArgs>,
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetKeyPairResult> {
  return pulumi.runtime.invokeOutput("keypair:index:getKeyPair", args, withPlugin(opts));
}

/** All key pairs that match all that is given, sorted by name; the cloud filters what it can. */
export function getKeyPairs(
  args: GetKeyPairsArgs = {},
  opts: pulumi.InvokeOptions = {},
): Promise<GetKeyPairsResult> {
  return pulumi.runtime.invoke("keypair:index:getKeyPairs", args, withPlugin(opts));
}

/** `getKeyPairs` with outputs as arguments: see `getKeyPairOutput`. */
export function getKeyPairsOutput(
  args: LookupInputs<GetKeyPairsArgs> = {},
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetKeyPairsResult> {
  return pulumi.runtime.invokeOutput("keypair:index:getKeyPairs", args, withPlugin(opts));
}

/**
 * The public line and the fingerprints of a private key that the program has. Nothing is asked of a cloud, and the result is no
 * secret. Rejects where the text is no private key; no part of it is in the error.
 */
export function getPublicKey(
  args: GetPublicKeyArgs,
  opts: pulumi.InvokeOptions = {},
): Promise<GetPublicKeyResult> {
  return pulumi.runtime.invoke("keypair:index:getPublicKey", args, withPlugin(opts));
}

/** `getPublicKey` of an output, such as a secret of the configuration. The result is no secret all the same. */
export function getPublicKeyOutput(
  args: { privateKey: pulumi.Input<string> },
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetPublicKeyResult> {
  return pulumi.unsecret(pulumi.runtime.invokeOutput("keypair:index:getPublicKey", args, withPlugin(opts)));
}
