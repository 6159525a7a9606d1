import type { ProviderSettings } from "./connection";
import { DEFAULT_TIMEOUT_SECONDS } from "./connection";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import type { ProviderConfiguration } from "./model";
import { registerSecret } from "./redact";
import { checkConfiguration } from "./resource/argumentSchema";
import type { CheckFailure } from "./resource/findings";

const CONNECTION_KEYS = ["backend", "region", "endpoint", "profile", "cloud", "path"] as const;
const OTHER_KEYS = [
  "accessKeyId",
  "accessKeySecret",
  "securityToken",
  "tagChanges",
  "timeoutSeconds",
] as const;

/** The settings that are secrets. */
export const SECRET_SETTINGS: readonly string[] = ["accessKeySecret", "securityToken"];

/** Settings that serve one cloud only, so it must be known which cloud. */
const OF_ONE_BACKEND = ["endpoint", "accessKeyId", "accessKeySecret", "securityToken"] as const;

/**
 * All problems of a configuration, each at its key. Numbers may be given as strings, because a stack's
 * configuration holds only strings.
 */
export function checkSettings(values: Readonly<Record<string, unknown>>): CheckFailure[] {
  const { timeoutSeconds, backend } = values;
  const isString = typeof timeoutSeconds === "string";
  const failures = checkConfiguration(
    isString ? { ...values, timeoutSeconds: numberOf(timeoutSeconds) } : values,
  );
  if (backend !== undefined) return failures;
  const homeless = OF_ONE_BACKEND.filter((key) => values[key] !== undefined);
  const reason = "needs keypair:backend, so that it is used for that cloud and no other";
  return [...failures, ...homeless.map((property) => ({ property, reason }))];
}

/**
 * The stack's configuration. `get` returns the value of a key in the namespace `keypair`, always as a string.
 * Throws `Configuration` with all problems at once, and never includes a secret.
 * @param projectFolder  Absolute: relative paths start there.
 */
export function readSettings(
  get: (key: string) => string | undefined,
  projectFolder: string,
): ProviderSettings {
  const entries = [...CONNECTION_KEYS, ...OTHER_KEYS].map((key) => [key, get(key)] as const);
  const given: Record<string, string | number> = Object.fromEntries(
    entries.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
  );
  const { timeoutSeconds: seconds } = given;
  if (typeof seconds === "string") given["timeoutSeconds"] = numberOf(seconds);
  const { accessKeyId, accessKeySecret, securityToken, tagChanges, timeoutSeconds, ...connection } =
    validated(given);
  registerSecret(accessKeySecret);
  registerSecret(securityToken);
  return {
    connection,
    credentials: defined({ accessKeyId, accessKeySecret, securityToken }),
    ...(tagChanges ? { tagChanges } : {}),
    timeoutSeconds: timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    projectFolder,
  };
}

/** A string that is not a number is returned as it is, so that the check reports it. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function validated(given: Record<string, string | number>): ProviderConfiguration {
  const failures = checkSettings(given);
  if (failures.length === 0) return given;
  throw new KeyPairError({
    code: "Configuration",
    message: failures.map(({ property, reason }) => `keypair:${property} ${reason}`).join("; "),
    next: "Set it with `pulumi config set`.",
  });
}
