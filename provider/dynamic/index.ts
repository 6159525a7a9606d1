import { homedir } from "node:os";
import { join } from "node:path";
import { createBackendCatalog } from "../backends";
import { attachmentResource } from "../core/attachment";
import { FolderJournal } from "../core/journal";
import { keyPairResource } from "../core/resource";
import { dynamicProvider } from "./provider";

const pulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");

// One catalog a process: all resources share its connections, listings and batches.
const parts = {
  catalog: createBackendCatalog(),
  journal: new FolderJournal(join(pulumiHome, "keypair", "journal")),
};

/** What the stored line of a `KeyPair` loads (stub.ts). */
export const impl = dynamicProvider(keyPairResource, parts);

/** What the stored line of a `KeyPairAttachment` loads. */
export const attachment = dynamicProvider(attachmentResource, parts);
