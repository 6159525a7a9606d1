import { attachmentResource } from "../core/attachment";
import { keyPairResource } from "../core/resource";
import { processParts } from "../front/parts";
import { followEngine } from "./hostLife";
import { dynamicProvider } from "./provider";

const parts = processParts();
followEngine(() => parts.journal.runEnded());

/** What the stored line of a `KeyPair` loads (stub.ts). */
export const impl = dynamicProvider(keyPairResource, parts);

/** What the stored line of a `KeyPairAttachment` loads. */
export const attachment = dynamicProvider(attachmentResource, parts);
