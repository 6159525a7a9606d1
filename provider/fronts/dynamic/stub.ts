/**
 * What the state holds as a `KeyPair`'s dynamic provider: one constant line. So the state stays small, an
 * upgrade of this package changes no resource, and the installed code is always the code that runs. The line
 * stays in users' states for ever, so `pulumi-keypair/provider` and `impl` are never renamed.
 */
export const KEY_PAIR_PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").impl';

/** The same for a `KeyPairSet`. */
export const KEY_PAIR_SET_PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").keyPairSet';

/** The same for a `KeyPairAttachment`. */
export const ATTACHMENT_PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").attachment';
