import * as pulumi from "@pulumi/pulumi";
import type { GetPublicKeyArgs, GetPublicKeyResult } from "./functionTypes";
import { isMocked } from "./mocks";

/** What provider/fronts/dynamic/keys.ts exports. Its own types would make everything below it a part of the program. */
interface Keys {
  getPublicKey(args: GetPublicKeyArgs): GetPublicKeyResult;
  /** Without a private key there is none in another form. */
  privateKeyIn<Key extends string | undefined>(form: "openssh" | "pem", privateKey: Key): Key;
}

/**
 * The public line and the fingerprints of a private key that the program has. Nothing is asked of a cloud, and the result is no
 * secret. Rejects where the text is no private key; no part of it is in the error.
 */
export async function getPublicKey(args: GetPublicKeyArgs): Promise<GetPublicKeyResult> {
  if (isMocked()) return pulumi.runtime.invoke("keypair:index:getPublicKey", args);
  return keys().getPublicKey(args);
}

/** `getPublicKey` of an output, such as a secret of the configuration. The result is no secret all the same. */
export function getPublicKeyOutput(args: {
  privateKey: pulumi.Input<string>;
}): pulumi.Output<GetPublicKeyResult> {
  return pulumi.unsecret(pulumi.output(args).apply(getPublicKey));
}

/** The private key in another form: as secret as the key itself, and in no state. */
export function inForm<Key extends string | undefined>(
  form: "openssh" | "pem",
  privateKey: pulumi.Output<Key>,
): pulumi.Output<Key> {
  return pulumi.output(privateKey).apply((key) => keys().privateKeyIn(form, key as Key));
}

/** Loaded by the first use: a program without one loads no library for keys. Bundlers follow a plain `require` too. */
function keys(): Keys {
  return require("../provider/fronts/dynamic/keys");
}
