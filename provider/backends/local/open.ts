import { resolve } from "node:path";
import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { LocalBackend } from "./backend";
import { DEFAULT_PATH, DEFAULT_REGION } from "./rules";
import { KeyPairStore } from "./store";

/**
 * How long one try waits for another process, in ms. It is short, because it blocks the thread: between tries other work goes
 * on, and the user can interrupt.
 */
const BUSY_TIMEOUT_MS = 250;

/** Opens the store of `connection.path`, relative to the working directory. It needs no credentials. */
export async function open(connection: ResolvedConnection, _credentials: Credentials): Promise<Backend> {
  const path = resolve(connection.path ?? DEFAULT_PATH);
  const store = new KeyPairStore(path, { busyTimeoutMs: BUSY_TIMEOUT_MS });
  return new LocalBackend(store, connection.region ?? DEFAULT_REGION);
}
