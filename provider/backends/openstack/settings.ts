/** A value of a configuration file or of the environment: text, or groups and lists of it. Numbers stay text. */
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

/** The text, or `undefined` where it is missing or empty. */
export function text(value: Setting): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The settings with `_` for each `-` in their keys, as openstacksdk's `normalize_keys` does it. */
export function withUnderscores(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.replaceAll("-", "_"),
      isSettings(value) ? withUnderscores(value) : value,
    ]),
  );
}

/** `over` overrides `under`, group by group, as secure.yaml overrides clouds.yaml (openstacksdk's `merge_clouds`). */
export function mergeDeep(under: Settings, over: Settings): Settings {
  const merged: Record<string, Setting> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isSettings(value) && isSettings(before) ? mergeDeep(before, value) : value;
  }
  return merged;
}

/** `over` overrides `under`; only `auth` is merged member by member (openstacksdk's `_auth_update`). An `undefined` overrides nothing. */
export function mergeCloud(under: Settings, over: Settings): Settings {
  const merged: Record<string, Setting> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (value === undefined) continue;
    merged[key] = key === "auth" && isSettings(value) && isSettings(before) ? { ...before, ...value } : value;
  }
  return merged;
}

/** Whether the text is one of the words for true in YAML. */
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
