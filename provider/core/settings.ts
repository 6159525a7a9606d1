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

/** All problems of a configuration, each at its key. Numbers may be given as texts: a stack's configuration has no others. */
export function checkSettings(values: Readonly<Record<string, unknown>>): CheckFailure[] {
  const { timeoutSeconds } = values;
  const isText = typeof timeoutSeconds === "string";
  return checkConfiguration(isText ? { ...values, timeoutSeconds: numberOf(timeoutSeconds) } : values);
}

/**
 * The stack's configuration. `get` answers a key of the namespace `keypair`, always as text. Throws `Configuration` with all
 * problems at once; secrets are never part of them.
 */
export function readSettings(get: (key: string) => string | undefined): ProviderSettings {
  const texts = [...CONNECTION_KEYS, ...OTHER_KEYS].map((key) => [key, get(key)] as const);
  const given: Record<string, string | number> = Object.fromEntries(
    texts.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
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
  };
}

/** A text that is no number stays one, and is reported as that. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function validated(given: Record<string, string | number>): ProviderConfiguration {
  const failures = checkConfiguration(given);
  if (failures.length === 0) return given;
  throw new KeyPairError({
    code: "Configuration",
    message: failures.map(({ property, reason }) => `keypair:${property} ${reason}`).join("; "),
    next: "Set it with `pulumi config set`.",
  });
}
