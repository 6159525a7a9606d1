import { createBackendCatalog } from "../../backends";
import type { BackendCatalog } from "../../core/backend";
import { RunMemory } from "../../core/resource/runMemory";

/** What one process of a front works with. */
export interface Parts {
  catalog: BackendCatalog;
  run: RunMemory;
}

/** One set a process: all resources share its connections, listings and batches, and know of each other. */
export function processParts(): Parts {
  return { catalog: createBackendCatalog(), run: new RunMemory() };
}
