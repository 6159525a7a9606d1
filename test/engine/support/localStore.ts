import { KeyPairStore, type StoredKeyPair } from "../../../provider/backends/local/store";
import type { EngineProject } from "./project";

export const LOCAL_REGION = "local";
const PATH = ".keypair/local.sqlite";

/** Somebody else who writes to the project's local store: what drifts, drifts by this. */
export function withStore<T>(project: EngineProject, work: (store: KeyPairStore) => T, path = PATH): T {
  const store = new KeyPairStore(project.path(path));
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** The pairs of the store, oldest first. */
export function pairs(project: EngineProject, region = LOCAL_REGION, path = PATH): StoredKeyPair[] {
  return withStore(project, (store) => store.list(region).keyPairs, path);
}
