import { createHash, randomBytes } from "node:crypto";
import type { BackendRules } from "../backend";

/** Hexadecimal digits of the random suffix, as in the names that Pulumi makes itself. */
const SUFFIX_LENGTH = 7;

/**
 * `<prefix>-<7 random hex>`, cut to the length that the cloud allows. The suffix is never cut, because it
 * makes the name unique.
 *
 * @param seed  The engine's random bytes for this resource. With an update plan they are the same as in the
 *   preview, and so is the name.
 */
export function automaticName(
  prefix: string,
  rules: BackendRules,
  seed: Uint8Array = randomBytes(32),
): string {
  const suffix = createHash("sha256").update(seed).digest("hex").slice(0, SUFFIX_LENGTH);
  const room = rules.maxNameLength - SUFFIX_LENGTH - 1;
  return `${[...prefix].slice(0, room).join("")}-${suffix}`;
}
