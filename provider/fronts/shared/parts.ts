import { homedir } from "node:os";
import { join } from "node:path";
import { createBackendCatalog } from "../../backends";
import type { BackendCatalog } from "../../core/backend";
import { FolderJournal } from "../../core/journal";

/** What one process of a front works with. */
export interface Parts {
  catalog: BackendCatalog;
  journal: FolderJournal;
}

/** One catalog a process: all resources share its connections, listings and batches. Both fronts share the journal's folder. */
export function processParts(): Parts {
  const pulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  return {
    catalog: createBackendCatalog(),
    journal: new FolderJournal(join(pulumiHome, "keypair", "journal")),
  };
}
