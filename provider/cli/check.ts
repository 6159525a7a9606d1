import { createBackendCatalog } from "../backends";
import type { BackendName } from "../core/model";
import { formatPublicKeyLine } from "../keys";
import { publicKeyOf } from "./describe";
import type { Input } from "./input";

export interface BackendVerdicts {
  /** One a backend. */
  lines: string[];
  isTakenByAll: boolean;
}

/**
 * What each backend's rules say about the public key. Calls no cloud, so a cloud may still refuse a key
 * for a reason that it does not document.
 */
export function checkForBackends(input: Input, backends: readonly BackendName[]): BackendVerdicts {
  const key = publicKeyOf(input);
  const line = formatPublicKeyLine(key);
  const catalog = createBackendCatalog();
  const verdicts = backends.map((backend) => ({
    backend,
    found: catalog.rules(backend).checkPublicKey(key, line),
  }));
  const width = Math.max(...backends.map((backend) => backend.length));
  const words = { refuse: "no: ", warn: "yes, but: " };
  return {
    lines: verdicts.map(
      ({ backend, found }) =>
        `${backend.padEnd(width)}  ${found ? `${words[found.verdict]}${found.reason}` : "yes"}`,
    ),
    isTakenByAll: verdicts.every(({ found }) => found?.verdict !== "refuse"),
  };
}
