import { attachmentResource } from "../../core/attachment";
import { keyPairResource } from "../../core/keyPair";
import { followEngine } from "../shared/engineLife";
import { processParts } from "../shared/parts";
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
