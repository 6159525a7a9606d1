import { isDeepStrictEqual } from "node:util";
import type { ProviderSettings } from "../../core/connection";
import { projectFolder } from "../../core/projectFolder";
import { redact } from "../../core/redact";
import type { CheckFailure } from "../../core/resource/findings";
import { SECRET_SETTINGS } from "../../core/settingNames";
import { checkSettings, readSettings, settingText } from "../../core/settings";
import { knownPart } from "../../core/unknown";
import { checkFailures, diffOf } from "./messages";
import { decode, encode, type Messages, messages } from "./protocol";

/** The keys that the engine adds to the configuration. */
const ENGINE_KEYS = new Set(["version", "pluginDownloadURL"]);

type Values = Record<string, unknown>;

/** All problems of a provider's configuration at once. A value that is not known yet is checked later. */
export function checkConfig(request: Messages.CheckRequest): Messages.CheckResponse {
  const decoded = decode<Values>(request.getNews());
  const { value } = decoded;
  const secrets = new Set([...SECRET_SETTINGS, ...decoded.secrets]);
  const response = new messages.CheckResponse();
  response.setInputs(encode(value, secrets));
  const failures = checkSettings(settingsIn(knownPart<Values>(value)));
  response.setFailuresList(checkFailures(failures.map((failure) => withoutSecret(failure, secrets))));
  return response;
}

/**
 * A changed configuration never replaces the provider. That would replace all of its resources, even those
 * whose own `connection` says where they live, and a needless replacement of a key pair locks its users out.
 * Each key pair's own diff knows whether the pair must move to another backend, region or account.
 */
export function diffConfig(request: Messages.DiffRequest): Messages.DiffResponse {
  const [before, now] = [request.getOlds(), request.getNews()].map((properties) =>
    settingsIn(decode<Values>(properties).value),
  ) as [Values, Values];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => !isDeepStrictEqual(before[name], now[name]),
  );
  return diffOf(
    changed.map((property) => ({ property, kind: "update" as const })),
    before,
    now,
  );
}

/** Throws `Configuration` with all problems. */
export function settingsOf(request: Messages.ConfigureRequest): ProviderSettings {
  const values = settingsIn(decode<Values>(request.getArgs()).value);
  return readSettings((key) => settingText(values[key]), projectFolder());
}

function settingsIn(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !ENGINE_KEYS.has(name)));
}

/** The engine prints the value of the property at which a failure is reported. */
function withoutSecret({ property, reason }: CheckFailure, secrets: ReadonlySet<string>): CheckFailure {
  return secrets.has(property)
    ? { property: "", reason: redact(`${property} ${reason}`) }
    : { property, reason: redact(reason) };
}
