/** What a configuration file or the environment says: text, and groups and lists of it. Nothing else is told apart there. */
export type Setting = string | Settings | readonly Setting[] | undefined;
export interface Settings {
  readonly [key: string]: Setting;
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Setting): value is readonly Setting[] {
  return Array.isArray(value);
}

/** Text that is there; an empty one says nothing. */
export function text(value: Setting): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** With `_` in keys where people write `-`, as openstacksdk's `normalize_keys` does. */
export function withUnderscores(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.replaceAll("-", "_"),
      isSettings(value) ? withUnderscores(value) : value,
    ]),
  );
}

/** The second over the first, group by group (openstacksdk's `merge_clouds`: how secure.yaml goes over clouds.yaml). */
export function mergeDeep(under: Settings, over: Settings): Settings {
  const merged: Record<string, Setting> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isSettings(value) && isSettings(before) ? mergeDeep(before, value) : value;
  }
  return merged;
}

/** The second over the first, only `auth` member by member (openstacksdk's `_auth_update`). What says nothing takes nothing away. */
export function mergeCloud(under: Settings, over: Settings): Settings {
  const merged: Record<string, Setting> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (value === undefined) continue;
    merged[key] = key === "auth" && isSettings(value) && isSettings(before) ? { ...before, ...value } : value;
  }
  return merged;
}

/** True for what YAML and people write for true. */
export function isTrue(value: Setting): boolean {
  return /^(?:true|yes|on|1)$/i.test(text(value) ?? "");
}

export function isFalse(value: Setting): boolean {
  return /^(?:false|no|off|0)$/i.test(text(value) ?? "");
}

/** The text with `{name}` filled in from the settings, as Python's `str.format` does it for openstacksdk. */
export function fillIn(template: string, settings: Settings): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => text(settings[name]) ?? whole);
}
