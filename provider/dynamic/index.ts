import { homedir } from "node:os";
import { join } from "node:path";
import { createBackendCatalog } from "../backends";
import { FolderJournal } from "../core/journal";
import { keyPairResource } from "../core/resource";
import { dynamicProvider } from "./provider";

const pulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");

/** What the stored line of a `KeyPair` loads (stub.ts): one instance serves all key pairs of the process. */
export const impl = dynamicProvider(keyPairResource, {
  catalog: createBackendCatalog(),
  journal: new FolderJournal(join(pulumiHome, "keypair", "journal")),
});
