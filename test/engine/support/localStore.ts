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

/**
 * Makes the store so slow, once it has this many key pairs, that a kill meets it while it makes another one. The store is made where it is
 * missing.
 */
export function slowStore(project: EngineProject, many: number): { count(): number; end(): void } {
  withStore(project, () => {});
  // A process that is killed holds its lock until the kernel has ended it.
  const database = new DatabaseSync(project.path(PATH), { timeout: 10_000 });
  database.exec(`CREATE TRIGGER slow AFTER INSERT ON key_pairs WHEN (SELECT count(*) FROM key_pairs) > ${many} BEGIN
    SELECT count(*) FROM (
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000000) SELECT n FROM numbers
    );
  END`);
  const count = database.prepare("SELECT count(*) AS count FROM key_pairs");
  return {
    count: () => Number(count.get()?.["count"]),
    end() {
      database.exec("DROP TRIGGER slow");
      database.close();
    },
  };
}
