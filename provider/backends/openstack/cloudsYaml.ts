import { readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import { isSettings, mergeDeep, type Setting, type Settings } from "./settings";

/** clouds.yaml and secure.yaml as they were found. */
export interface CloudFiles {
  /** Clouds by name, secure.yaml merged over clouds.yaml. */
  clouds: Settings;
  /** The file that the clouds were read from; absent when there is none. */
  file?: string;
  /** Files that were passed over, and why. */
  skipped: string[];
}

/** Loaded only when there is a file to read, because programs that never call an OpenStack load this file too. */
const yaml = (): typeof import("yaml") => require("yaml");

const SUFFIXES = [".yaml", ".yml", ".json"];

/**
 * Finds and merges the files as openstacksdk does: of clouds.yaml, and of secure.yaml, it takes the first that can be read.
 * It passes over a file that is not valid, or that may not be read.
 *
 * Values stay as they are written: `password: 0123` is those four digits, and not 83 as in YAML 1.1.
 *
 * Source: https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 */
export function readCloudFiles(environment: NodeJS.ProcessEnv, folder: string): CloudFiles {
  const skipped: string[] = [];
  const clouds = readFirst(
    candidates("clouds", environment["OS_CLIENT_CONFIG_FILE"], environment, folder),
    skipped,
  );
  const secure = readFirst(
    candidates("secure", environment["OS_CLIENT_SECURE_FILE"], environment, folder),
    skipped,
  );
  const merged = mergeDeep(clouds?.content ?? {}, secure?.content ?? {});
  return {
    clouds: isSettings(merged["clouds"]) ? merged["clouds"] : {},
    ...defined({ file: (clouds ?? secure)?.file }),
    skipped,
  };
}

/** Profiles of clouds that somebody keeps on this machine (clouds-public.yaml). */
export function readPublicProfiles(environment: NodeJS.ProcessEnv, folder: string): Settings {
  const found = readFirst(candidates("clouds-public", undefined, environment, folder), []);
  const profiles = found?.content["public-clouds"];
  return isSettings(profiles) ? profiles : {};
}

function candidates(
  name: string,
  first: string | undefined,
  environment: NodeJS.ProcessEnv,
  folder: string,
): string[] {
  const found = searchPath(environment, folder).flatMap((place) =>
    SUFFIXES.map((suffix) => join(place, name + suffix)),
  );
  return first ? [first, ...found] : found;
}

/** The working folder, the user's folders, the system's: those of the platform before those of Unix. */
function searchPath(environment: NodeJS.ProcessEnv, folder: string): string[] {
  const home = environment["HOME"] || homedir();
  const user = join(environment["SNAP_REAL_HOME"] || home, ".config", "openstack");
  const own = {
    darwin: [
      join(home, "Library", "Application Support", "openstack"),
      "/Library/Application Support/openstack",
    ],
    win32: [
      join(environment["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "OpenStack", "openstack"),
      join(environment["PROGRAMDATA"] ?? "C:\\ProgramData", "OpenStack", "openstack"),
    ],
  };
  const system = platform();
  const [ofUser, ofSystem] =
    system === "darwin" || system === "win32"
      ? own[system]
      : [
          join(environment["XDG_CONFIG_HOME"]?.trim() || join(home, ".config"), "openstack"),
          join(environment["XDG_CONFIG_DIRS"]?.trim() || "/etc/xdg", "openstack"),
        ];
  return [folder, ofUser, user, ofSystem, "/etc/openstack"].filter((place) => place !== undefined);
}

function readFirst(files: string[], skipped: string[]): { file: string; content: Settings } | undefined {
  for (const file of files) {
    const content = read(file, skipped);
    if (content !== undefined) return { file, content };
  }
  return undefined;
}

function read(file: string, skipped: string[]): Settings | undefined {
  let raw: string;
  try {
    raw = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code !== "ENOENT" && code !== "ENOTDIR") skipped.push(`${file} (${code})`);
    return undefined;
  }
  let content: Setting;
  try {
    content = file.endsWith(".json") ? asWritten(JSON.parse(raw)) : parseYaml(raw);
  } catch (error) {
    // The messages of both parsers quote the file, and the file holds passwords.
    const line = error instanceof yaml().YAMLParseError ? `: line ${error.linePos?.[0].line ?? "?"}` : "";
    skipped.push(`${file} (not valid ${file.endsWith(".json") ? "JSON" : "YAML"}${line})`);
    return undefined;
  }
  if (content === undefined) return {};
  if (isSettings(content)) return content;
  throw new KeyPairError({
    code: "Configuration",
    message: `${file} is not a map of settings`,
    next: "Write clouds under the key `clouds`, or remove the file.",
  });
}

function parseYaml(raw: string): Setting {
  // The failsafe schema leaves every value as it is written, except the words for null.
  const parsed: unknown = yaml().parse(raw, {
    schema: "failsafe",
    customTags: ["null"],
    merge: true,
    prettyErrors: true,
  });
  return asWritten(parsed);
}

function asWritten(value: unknown): Setting {
  if (value === null || value === undefined) return undefined;
  if (isArray(value)) return value.map(asWritten);
  if (isSettings(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asWritten(member)]));
  }
  return String(value);
}

function isArray(value: unknown): value is unknown[] {
  return Array.isArray(value);
}
