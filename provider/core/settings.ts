import type { ProviderSettings } from "./connection";
import { DEFAULT_TIMEOUT_SECONDS } from "./connection";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import type { ProviderConfiguration } from "./model";
import { registerSecret } from "./redact";
import { checkConfiguration } from "./resource/argumentSchema";
import type { CheckFailure } from "./resource/findings";
import { CONNECTION_KEYS, OTHER_KEYS } from "./settingNames";

/** Settings that are not strings: a stack's configuration holds them as JSON. */
const JSON_SETTINGS = ["timeoutSeconds", "defaultTags", "ignoreTags"] as const;

const SET = "Set it with `pulumi config set`.";

/** How an object is set, because `pulumi config set` without a path makes a string of it. */
const SET_BY_PATH: Readonly<Record<string, string>> = {
  defaultTags: "Set defaultTags with `pulumi config set --path keypair:defaultTags.KEY VALUE`.",
  ignoreTags:
    "Set ignoreTags with `pulumi config set --path 'keypair:ignoreTags.keys[0]' KEY`, keyPrefixes likewise.",
};

/** Settings that serve one cloud only, so it must be known which cloud. */
const OF_ONE_BACKEND = ["endpoint", "accessKeyId", "accessKeySecret", "securityToken"] as const;

/**
 * All problems of a configuration, each at its key. Numbers and objects may be given as JSON, because a
 * stack's configuration holds only strings.
 */
export function checkSettings(values: Readonly<Record<string, unknown>>): CheckFailure[] {
  const { backend } = values;
  const failures = checkConfiguration(parsed(values));
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
  const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const {
    accessKeyId,
    accessKeySecret,
    securityToken,
    tagChanges,
    defaultTags,
    ignoreTags,
    timeoutSeconds,
    ...connection
  } = validated(parsed(given));
  registerSecret(accessKeySecret);
  registerSecret(securityToken);
  return {
    connection,
    credentials: defined({ accessKeyId, accessKeySecret, securityToken }),
    ...defined({ tagChanges, defaultTags, ignoreTags }),
    timeoutSeconds: timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    projectFolder,
  };
}

/** A setting of an explicit provider, as a stack's configuration would hold it. */
export function settingText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

/** A string that is no JSON stays as it is, so that the check reports it. */
function parsed(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read = JSON_SETTINGS.flatMap((key) => {
    const text = values[key];
    try {
      return typeof text === "string" ? [[key, JSON.parse(text)]] : [];
    } catch {
      return [];
    }
  });
  return { ...values, ...Object.fromEntries(read) };
}

function validated(given: Record<string, unknown>): ProviderConfiguration {
  const failures = checkSettings(given);
  if (failures.length === 0) return given;
  throw new KeyPairError({
    code: "Configuration",
    message: failures.map(({ property, reason }) => `keypair:${property} ${reason}`).join("; "),
    next: [...new Set(failures.map(({ property }) => SET_BY_PATH[property] ?? SET))].join(" "),
  });
}
