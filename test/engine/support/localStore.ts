import { DatabaseSync } from "node:sqlite";
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

/**
 * Takes the store's write lock, so that whoever makes a pair now waits. The store is made where it is missing.
 */
export function holdStore(project: EngineProject): { release(): void } {
  withStore(project, () => {});
  const database = new DatabaseSync(project.path(PATH));
  database.exec("BEGIN IMMEDIATE");
  return {
    release() {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}
