/**
 * What the state holds as a `KeyPair`'s dynamic provider: one constant line, so that the state stays small, an upgrade of this
 * package changes no resource, and the code that runs is always the installed one. It stands in users' states for ever:
 * `pulumi-keypair/provider` and `impl` are never renamed.
 */
export const KEY_PAIR_PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").impl';

/** The same for a `KeyPairAttachment`. */
export const ATTACHMENT_PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").attachment';
