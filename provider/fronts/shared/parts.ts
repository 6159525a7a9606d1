import { createBackendCatalog } from "../../backends";
import type { Backend, BackendCatalog } from "../../core/backend";
import { RunMemory } from "../../core/resource/runMemory";
import type { Reporter } from "../../core/resource/service";

/** What one process of a front works with. */
export interface Parts {
  catalog: BackendCatalog;
  run: RunMemory;
  reporter: Reporter;
}

/**
 * One set per process: all resources share its connections, listings and batches, and know about each other.
 */
export function processParts(reporter: Reporter): Parts {
  return { catalog: announcingCatalog(reporter), run: new RunMemory(), reporter };
}

/** All backends. The log says which credentials each one uses (never what they are), and the user is told of a risk. */
export function announcingCatalog(reporter: Reporter): BackendCatalog {
  return createBackendCatalog(({ location, endpoint, credentialsFrom, warning }: Backend) => {
    reporter.debug(`${location}: ${endpoint}, credentials: ${credentialsFrom}`);
    if (warning !== undefined) reporter.warn(undefined, warning);
  });
}
