import { createHash } from "node:crypto";
import type { Backend, BackendCatalog, BackendRules, Credentials, ResolvedConnection } from "../core/backend";
import type { BackendName } from "../core/model";
import { rules as alibaba } from "./alibaba/rules";
import { rules as local } from "./local/rules";
import { rules as openstack } from "./openstack/rules";

/** What a backend's folder exports. The rules load nothing else; the client is loaded when it is first opened. */
interface BackendModule {
  rules: BackendRules;
  load(): Promise<{ open(connection: ResolvedConnection, credentials: Credentials): Promise<Backend> }>;
}

const MODULES: Record<BackendName, BackendModule> = {
  alibaba: { rules: alibaba, load: () => import("./alibaba/open.js") },
  openstack: { rules: openstack, load: () => import("./openstack/open.js") },
  local: { rules: local, load: () => import("./local/open.js") },
};

/**
 * All backends. Each connection and account is opened once, however often it is asked for.
 * @param onOpen  Told of each backend that was opened.
 */
export function createBackendCatalog(onOpen: (backend: Backend) => void = () => {}): BackendCatalog {
  const opened = new Map<string, Promise<Backend>>();

  async function open(connection: ResolvedConnection, credentials: Credentials): Promise<Backend> {
    const { open: openBackend } = await MODULES[connection.backend].load();
    const backend = await openBackend(connection, credentials);
    onOpen(backend);
    return backend;
  }

  return {
    rules: (backend) => MODULES[backend].rules,
    open(connection, credentials) {
      const key = identity(connection, credentials);
      const known = opened.get(key);
      if (known) return known;
      const opening = open(connection, credentials);
      opened.set(key, opening);
      // A failure may pass: credentials are renewed, a file becomes free.
      opening.catch(() => opened.delete(key));
      return opening;
    },
    async closeAll() {
      const backends = await Promise.allSettled(opened.values());
      opened.clear();
      await Promise.all(backends.map((backend) => backend.status === "fulfilled" && backend.value.close()));
    },
  };
}

/** A digest, so that the process keeps no credential in plain text as a key of this map. */
function identity(connection: ResolvedConnection, credentials: Credentials): string {
  const parts = [connection, credentials].map((members) =>
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}
