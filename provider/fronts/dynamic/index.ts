import { attachmentResource } from "../../core/attachment";
import { keyPairResource } from "../../core/keyPair";
import { keyPairSetResource } from "../../core/keyPairSet";
import { checkNode } from "../../core/nodeVersion";
import { EngineLog } from "../shared/engineLog";
import { processParts } from "../shared/parts";
import { plainError } from "./failure";
import { connectHostEngine } from "./hostEngine";
import { dynamicProvider } from "./provider";

try {
  checkNode();
} catch (error) {
  throw plainError(error);
}

const log = new EngineLog(connectHostEngine);
const parts = processParts(log);

/** What the stored line of a `KeyPair` loads (stub.ts). */
export const impl = log.beforeAnswers(dynamicProvider(keyPairResource, parts));

/** What the stored line of a `KeyPairSet` loads. */
export const keyPairSet = log.beforeAnswers(dynamicProvider(keyPairSetResource, parts));

/** What the stored line of a `KeyPairAttachment` loads. */
export const attachment = log.beforeAnswers(dynamicProvider(attachmentResource, parts));
