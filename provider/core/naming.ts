import { randomBytes } from "node:crypto";
import type { BackendRules } from "./backend";

/** Hexadecimal digits of the random suffix, as in the names that Pulumi makes itself. */
const SUFFIX_LENGTH = 7;

/** `<prefix>-<7 random hex>`, cut to what the cloud takes: the suffix stays whole, since it is what makes the name unique. */
export function automaticName(prefix: string, rules: BackendRules): string {
  const suffix = randomBytes(Math.ceil(SUFFIX_LENGTH / 2))
    .toString("hex")
    .slice(0, SUFFIX_LENGTH);
  const room = rules.maxNameLength - SUFFIX_LENGTH - 1;
  return `${[...prefix].slice(0, room).join("")}-${suffix}`;
}
