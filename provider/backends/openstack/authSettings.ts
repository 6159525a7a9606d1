import { fillIn, isSettings, type Setting, type Settings, text } from "./settings";

/** Other names of a setting of the authentication, by the name that it has here. The first one that is set counts. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  project_id: ["project_id", "tenant_id"],
  project_name: ["project_name", "tenant_name"],
  token: ["token", "auth_token"],
  username: ["username", "user_name"],
  access_key: ["access_key", "ak"],
  secret_key: ["secret_key", "sk"],
};

/** Settings that override those inside `auth` when they stand beside it, as in openstacksdk. */
const OUTSIDE_FIRST = [
  "domain_id",
  "domain_name",
  "user_domain_id",
  "user_domain_name",
  "project_domain_id",
  "project_domain_name",
  "token",
  "project_id",
  "project_name",
];

const INSIDE_FIRST = [
  "auth_url",
  "username",
  "user_id",
  "password",
  "passcode",
  "default_domain_id",
  "default_domain_name",
  "system_scope",
  "application_credential_id",
  "application_credential_name",
  "application_credential_secret",
  "access_key",
  "secret_key",
  "security_token",
];

/** The kind of authentication. With the access keys of Open Telekom Cloud nobody has to name it. */
export function authTypeOf(settings: Settings): string {
  const named = text(settings["auth_type"]) ?? "password";
  const auth = authOf(settings);
  const byKeys = auth["access_key"] !== undefined && auth["password"] === undefined && named === "password";
  return byKeys ? "aksk" : named;
}

/** The settings of the authentication under one name each, wherever they stand and however they are spelled. */
export function authOf(settings: Settings): Record<string, string> {
  const inside = isSettings(settings["auth"]) ? settings["auth"] : {};
  const auth: Record<string, string> = {};
  const take = (name: string, ...places: Settings[]) => {
    const found = places.map((place) => lookUp(place, name)).find((value) => value !== undefined);
    if (found !== undefined) auth[name] = found;
  };
  for (const name of OUTSIDE_FIRST) take(name, settings, inside);
  for (const name of INSIDE_FIRST) take(name, inside, settings);
  spreadDomain(auth);
  if (auth["auth_url"] !== undefined) auth["auth_url"] = fillIn(auth["auth_url"], settings);
  return auth;
}

function lookUp(place: Settings, name: string): string | undefined {
  const values: Setting[] = (ALIASES[name] ?? [name]).map((alias) => place[alias]);
  return values.map(text).find((value) => value !== undefined);
}

/** Where there is a project, a lone `domain_id` or `domain_name` is the domain of both the user and the project. */
function spreadDomain(auth: Record<string, string>): void {
  if (auth["project_id"] === undefined && auth["project_name"] === undefined) return;
  for (const kind of ["id", "name"]) {
    const domain = auth[`domain_${kind}`];
    if (domain === undefined) continue;
    auth[`user_domain_${kind}`] ??= domain;
    auth[`project_domain_${kind}`] ??= domain;
    delete auth[`domain_${kind}`];
  }
}
