import { homedir } from "node:os";
import { resolve } from "node:path";
import type { Connection } from "../../core/model";
import { authOf, authTypeOf } from "./authSettings";
import { type CloudFiles, readCloudFiles, readPublicProfiles } from "./cloudsYaml";
import { configurationError } from "./errors";
import {
  fillIn,
  isFalse,
  isList,
  isSettings,
  isTrue,
  mergeCloud,
  type Setting,
  type Settings,
  text,
  withUnderscores,
} from "./settings";
import { VENDOR_PROFILES } from "./vendorProfiles";

/** Everything that is known of a cloud before it is called. */
export interface Cloud {
  /** Its name in clouds.yaml; `envvars` when the `OS_*` variables make the cloud. */
  name: string;
  /** How to authenticate: `password`, `token`, `v3applicationcredential`, `aksk`… */
  authType: string;
  /** What the authentication needs, as keystoneauth names it: `auth_url`, `username`, `user_domain_name`… */
  auth: Readonly<Record<string, string>>;
  region?: string;
  /** Kinds of endpoints, the best first: `public`, `internal` or `admin`. */
  interfaces: string[];
  serviceType: string;
  serviceName?: string;
  /** Instead of what the catalogue says. */
  computeEndpoint?: string;
  /** Sent with every compute call; without one Nova's oldest behaviour is what the server has. */
  microversion?: string;
  verify: boolean;
  /** A file with certificates to trust. */
  cacert?: string;
  /** How long one request may take, in ms. */
  timeoutMs?: number;
}

const DEFAULTS: Settings = { auth_type: "password", interface: "public" };
/** Variables that choose, and make no cloud. */
const SELECTORS = new Set([
  "OS_CLOUD",
  "OS_REGION_NAME",
  "OS_CLIENT_CONFIG_FILE",
  "OS_CLIENT_SECURE_FILE",
  "OS_CLOUD_NAME",
]);

/**
 * The cloud that a connection means, as openstacksdk's `get_one` resolves it: the named one, else `OS_CLOUD`, else the one that
 * the other `OS_*` variables make, else the only one in clouds.yaml; a profile under it; the region's own values over it.
 *
 * One difference: a region that is asked for goes before the single `region_name` of the cloud, so that one program can use
 * several; openstacksdk refuses it. Where a cloud lists its `regions`, another one is refused here too.
 */
export function resolveCloud(
  connection: Pick<Connection, "cloud" | "region">,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Cloud {
  const files = readCloudFiles(environment, folder);
  const [name, own] = pick(connection.cloud, files, environment);
  const profile = profileOf(own, files, () => readPublicProfiles(environment, folder));
  const base = mergeCloud(mergeCloud(DEFAULTS, profile), own);
  const region = regionOf(name, own, profile, connection.region);
  const named = region.name === undefined ? {} : { region_name: region.name };
  return describe(name, { ...mergeCloud(base, region.values), ...named }, environment, folder);
}

function pick(
  asked: string | undefined,
  files: CloudFiles,
  environment: NodeJS.ProcessEnv,
): [string, Settings] {
  const ofEnvironment = environment["OS_CLOUD_NAME"] || "envvars";
  if (files.clouds[ofEnvironment] !== undefined) {
    throw configurationError(
      `${files.file} has a cloud named "${ofEnvironment}", which is the name of the cloud that the OS_* variables make`,
      "Rename the cloud in the file, or set OS_CLOUD_NAME to another name.",
    );
  }
  const variables = cloudOfEnvironment(environment);
  const clouds: Settings = variables ? { ...files.clouds, [ofEnvironment]: variables } : files.clouds;
  const names = Object.keys(clouds);
  const only = names.length === 1 ? names[0] : undefined;
  const name = asked || environment["OS_CLOUD"] || (variables && ofEnvironment) || only;
  const known = names.length > 0 ? `Known: ${names.join(", ")}.` : `No clouds.yaml was found${why(files)}.`;
  if (name === undefined) {
    throw configurationError(
      names.length > 0 ? "no cloud is chosen" : "no OpenStack cloud is configured",
      `Set \`keypair:cloud\`, or OS_CLOUD, to a name in clouds.yaml, or set OS_AUTH_URL and the other OS_* variables. ${known}`,
    );
  }
  const own = clouds[name];
  if (own === undefined || !isSettings(own)) {
    throw configurationError(
      `there is no cloud "${name}" in ${files.file ?? "clouds.yaml"}`,
      `${known} Files are looked for in OS_CLIENT_CONFIG_FILE, the program's folder, ~/.config/openstack and /etc/openstack.`,
    );
  }
  return [name, withUnderscores(own)];
}

function why({ skipped }: CloudFiles): string {
  return skipped.length > 0 ? ` (passed over: ${skipped.join(", ")})` : "";
}

/** The `OS_*` variables as a cloud, unless they only choose one. */
function cloudOfEnvironment(environment: NodeJS.ProcessEnv): Settings | undefined {
  const names = Object.keys(environment).filter((name) => /^OS_(?!TEST|STD|LOG)/.test(name));
  if (names.every((name) => SELECTORS.has(name))) return undefined;
  return Object.fromEntries(names.map((name) => [name.slice(3).toLowerCase(), environment[name]]));
}

function profileOf(own: Settings, files: CloudFiles, publicProfiles: () => Settings): Settings {
  const name = text(own["profile"]) ?? text(own["cloud"]);
  if (name === undefined) return {};
  const profile = publicProfiles()[name] ?? VENDOR_PROFILES[name];
  if (isSettings(profile)) return withUnderscores(profile);
  throw configurationError(
    `the profile "${name}" of ${files.file ?? "the cloud"} is not known`,
    `Write auth_url and region_name into the cloud itself. Known profiles: ${Object.keys(VENDOR_PROFILES).join(", ")}.`,
  );
}

interface Region {
  name?: string;
  values: Settings;
}

function regionOf(cloud: string, own: Settings, profile: Settings, asked: string | undefined): Region {
  const listed = regionsOf(own["regions"]) ?? undefined;
  const single = regionNames(own["region_name"]);
  const known =
    listed ?? single ?? regionsOf(profile["regions"]) ?? regionNames(profile["region_name"]) ?? [];
  const mayBeAnother = listed === undefined && single?.length === 1;
  const found = asked === undefined ? known[0] : known.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  if (asked === undefined) return { values: {} };
  if (known.length === 0 || mayBeAnother) return { name: asked, values: {} };
  throw configurationError(
    `the cloud "${cloud}" has no region "${asked}"`,
    `Its regions are ${known.map(({ name }) => name).join(", ")}; upper and lower case count.`,
  );
}

function regionsOf(value: Setting): Region[] | undefined {
  if (!isList(value) || value.length === 0) return undefined;
  return value.map((entry) => {
    const name = isSettings(entry) ? text(entry["name"]) : text(entry);
    const values = isSettings(entry) && isSettings(entry["values"]) ? withUnderscores(entry["values"]) : {};
    return { ...(name === undefined ? {} : { name }), values };
  });
}

function regionNames(value: Setting): Region[] | undefined {
  if (isList(value)) return regionsOf(value);
  return text(value)
    ?.split(",")
    .map((name) => ({ name, values: {} }));
}

function describe(name: string, settings: Settings, environment: NodeJS.ProcessEnv, folder: string): Cloud {
  const compute = (key: string) => text(settings[`compute_${key}`]);
  const filled = (value: string | undefined) => value && fillIn(value, settings);
  const cacert = filled(text(settings["cacert"]));
  const timeout = Number(text(settings["api_timeout"]));
  const optional = {
    region: filled(compute("region_name") ?? text(settings["region_name"])),
    serviceName: compute("service_name"),
    computeEndpoint: filled(compute("endpoint_override") ?? compute("endpoint")),
    microversion: compute("default_microversion"),
    cacert: cacert && resolve(folder, cacert.replace(/^~(?=\/|$)/, environment["HOME"] || homedir())),
    ...(timeout > 0 ? { timeoutMs: timeout * 1000 } : {}),
  };
  refuseClientCertificate(name, settings);
  return {
    name,
    authType: authTypeOf(settings),
    auth: authOf(settings),
    interfaces: interfacesOf(settings),
    serviceType: compute("service_type") ?? "compute",
    verify: !isTrue(settings["insecure"]) && !isFalse(settings["verify"]),
    ...withoutUndefined(optional),
  };
}

function interfacesOf(settings: Settings): string[] {
  const value =
    settings["compute_interface"] ??
    settings["compute_endpoint_type"] ??
    settings["endpoint_type"] ??
    settings["interface"];
  const names = isList(value) ? value : [value];
  return names.map((name) => (text(name) ?? "public").replace(/URL$/, ""));
}

function refuseClientCertificate(name: string, settings: Settings): void {
  if (text(settings["cert"]) === undefined) return;
  throw configurationError(
    `the cloud "${name}" wants a client certificate (\`cert\`), which is not supported`,
    "Use a cloud entry that authenticates with a password, a token or an application credential.",
  );
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Partial<Defined<T>> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined && member !== "");
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
