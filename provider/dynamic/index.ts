import { attachmentResource } from "../core/attachment";
import { keyPairResource } from "../core/resource";
import { followEngine } from "../front/engineLife";
import { processParts } from "../front/parts";
import { pluginHost } from "./hostEngine";
import { dynamicProvider } from "./provider";

const parts = processParts();
const host = pluginHost();
if (host) {
  followEngine(host.address, () => {
    parts.journal.runEnded();
    process.exit(0);
  });
}

/** What the stored line of a `KeyPair` loads (stub.ts). */
export const impl = dynamicProvider(keyPairResource, parts);

/** What the stored line of a `KeyPairAttachment` loads. */
export const attachment = dynamicProvider(attachmentResource, parts);
