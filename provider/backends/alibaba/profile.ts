import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const SHOWN_PATH = "~/.aliyun/config.json";
const OLDER_PATH = "~/.alibabacloud/credentials";

/** With this variable the vendor's tools take no credentials from the CLI's own file. */
const DISABLED = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";

/**
 * Whether only the CLI's own file is asked for the profile: it has one of that name, or may have, because it cannot be read or is not valid
 * JSON.
 */
export function isOfCli(profile: string): boolean {
  const text = isDisabled() ? undefined : read();
  if (text === undefined) return false;
  return profilesOf(text)?.some(({ name }) => name === profile) ?? true;
}

/** The file that a profile of this name comes from, as messages show it. */
export function fileOfProfile(profile: string): string {
  const isOlder = !isOfCli(profile) && existsSync(join(homedir(), ".alibabacloud", "credentials"));
  return isOlder ? OLDER_PATH : SHOWN_PATH;
}

/**
 * Why the credentials file of the vendor's tools gives no credentials. The words hold nothing of the file but names of
 * profiles. `""` where nothing is known to be wrong, or where no profile is named and there is no file.
 */
export function explainProfile(profile: string | undefined): string {
  if (isDisabled()) return profile === undefined ? "" : `${DISABLED} keeps ${SHOWN_PATH} from being used`;
  const text = read();
  if (text === undefined) return profile === undefined ? "" : `there is no ${SHOWN_PATH} with it`;
  const profiles = profilesOf(text);
  if (profiles === undefined)
    return `${SHOWN_PATH} ${text === "" ? "cannot be read, or is empty" : "is not valid JSON"}`;
  if (profile === undefined) return "";
  const found = profiles.find(({ name }) => name === profile);
  if (found === undefined) {
    const names = profiles.map(({ name }) => `"${name}"`).join(", ");
    return `${SHOWN_PATH} has no such profile${names === "" ? "" : ` (it has ${names})`}`;
  }
  return `it is there, with the mode ${found.mode}, but that did not work`;
}

/** The variables that choose a profile, in the order of Terraform's and Pulumi's alicloud providers. */
export const PROFILE_VARIABLES = ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"] as const;

/** The region of the profile: the one that is named, that a variable chooses, or that is the current one of the file. */
export function profileRegion(
  profile: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  // A file that gives no credentials gives no region either: a profile of the same name in the other file may be another account's.
  const text = isDisabled() ? undefined : read();
  if (text === undefined) return undefined;
  const chosen =
    profile ?? PROFILE_VARIABLES.map((name) => environment[name]).find(Boolean) ?? currentOf(text);
  return profilesOf(text)?.find(({ name }) => name === chosen)?.region;
}

interface Profile {
  name: string;
  mode: string;
  region?: string;
}

function isDisabled(): boolean {
  return process.env[DISABLED]?.toLowerCase() === "true";
}

/** `undefined` where there is no such file, `""` where it cannot be read. */
function read(): string | undefined {
  try {
    return readFileSync(join(homedir(), ".aliyun", "config.json"), "utf8");
  } catch (error) {
    const isAbsent = ["ENOENT", "ENOTDIR"].includes(String(property(error, "code")));
    return isAbsent ? undefined : "";
  }
}

function profilesOf(text: string): Profile[] | undefined {
  try {
    const config: unknown = JSON.parse(text);
    const profiles = property(config, "profiles");
    return Array.isArray(profiles) ? profiles.map(toProfile) : [];
  } catch {
    // A syntax error of JSON.parse quotes the text.
    return undefined;
  }
}

/** The profile that `aliyun configure switch` chose. */
function currentOf(text: string): unknown {
  try {
    return property(JSON.parse(text), "current");
  } catch {
    return undefined;
  }
}

function toProfile(value: unknown): Profile {
  const [name, mode, region] = ["name", "mode", "region_id"].map((key) => property(value, key));
  return {
    name: typeof name === "string" ? name : "",
    mode: typeof mode === "string" ? mode : "(none)",
    ...(typeof region === "string" && region !== "" && { region }),
  };
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
