import { homedir } from "node:os";
import { resolve } from "node:path";
import { defined } from "../../core/defined";
import type { Connection } from "../../core/model";
import { authOf, authTypeOf } from "./authSettings";
import { type CloudFiles, readCloudFiles, readPublicProfiles } from "./cloudsYaml";
import { type CloudSource, configurationError, titleOf } from "./errors";
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
export interface Cloud extends CloudSource {
  /** How to authenticate: `password`, `token`, `v3applicationcredential`, `aksk`… */
  authType: string;
  /** What the authentication needs, as keystoneauth names it: `auth_url`, `username`, `user_domain_name`… */
  auth: Readonly<Record<string, string>>;
  region?: string;
  /** Kinds of endpoints, the best first: `public`, `internal` or `admin`. */
  interfaces: string[];
  serviceType: string;
  serviceName?: string;
  /** Replaces what the catalogue says. */
  computeEndpoint?: string;
  /** Sent with every compute call. Without one the server behaves like the oldest Nova. */
  microversion?: string;
  verify: boolean;
  /** A file with certificates to trust. */
  cacert?: string;
  /** How long one request may take, in ms. */
  timeoutMs?: number;
}

const DEFAULTS: Settings = { auth_type: "password", interface: "public" };
/** Variables that only choose a cloud or a file. */
const SELECTORS = new Set([
  "OS_CLOUD",
  "OS_REGION_NAME",
  "OS_CLIENT_CONFIG_FILE",
  "OS_CLIENT_SECURE_FILE",
  "OS_CLOUD_NAME",
]);

/**
 * The cloud that a connection means, as openstacksdk's `get_one` resolves it: the named one, else `OS_CLOUD`, else the one that
 * the other `OS_*` variables make, else the only one in clouds.yaml. Its settings override those of its profile, and those of
 * the region override both.
 *
 * One difference to openstacksdk: a region that is asked for replaces the single `region_name` of the cloud, and its
 * `compute_region_name`, so that one program can use several regions. Where a cloud lists its `regions`, a region that is not
 * in the list is refused.
 */
export function resolveCloud(
  connection: Pick<Connection, "cloud" | "region">,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Cloud {
  const files = readCloudFiles(environment, folder);
  const { own, ...source } = pick(connection.cloud, files, environment);
  const profile = profileOf(source, own, () => readPublicProfiles(environment, folder));
  const base = mergeCloud(mergeCloud(DEFAULTS, profile), own);
  const region = regionOf(source, own, profile, connection.region);
  const names = defined({ region_name: region.name, compute_region_name: connection.region });
  return describe(source, { ...mergeCloud(base, region.values), ...names }, environment, folder);
}

function pick(
  asked: string | undefined,
  files: CloudFiles,
  environment: NodeJS.ProcessEnv,
): CloudSource & { own: Settings } {
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
  const isOfVariables = variables !== undefined && name === ofEnvironment;
  return { name, own: withUnderscores(own), ...(isOfVariables ? {} : { file: files.file ?? "clouds.yaml" }) };
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

function profileOf(source: CloudSource, own: Settings, publicProfiles: () => Settings): Settings {
  const name = text(own["profile"]) ?? text(own["cloud"]);
  if (name === undefined) return {};
  const profile = publicProfiles()[name] ?? VENDOR_PROFILES[name];
  if (isSettings(profile)) return withUnderscores(profile);
  throw configurationError(
    `the profile "${name}" of ${titleOf(source)} is not known`,
    `Write auth_url and region_name into the cloud itself. Known profiles: ${Object.keys(VENDOR_PROFILES).join(", ")}.`,
  );
}

interface Region {
  name?: string;
  values: Settings;
}

function regionOf(source: CloudSource, own: Settings, profile: Settings, asked: string | undefined): Region {
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
    `${titleOf(source)} has no region "${asked}"`,
    `Its regions are ${known.map(({ name }) => name).join(", ")}; upper and lower case count.`,
  );
}

function regionsOf(value: Setting): Region[] | undefined {
  if (!isList(value) || value.length === 0) return undefined;
  return value.map((entry) => {
    const name = isSettings(entry) ? text(entry["name"]) : text(entry);
    const values = isSettings(entry) && isSettings(entry["values"]) ? withUnderscores(entry["values"]) : {};
    return { ...defined({ name }), values };
  });
}

function regionNames(value: Setting): Region[] | undefined {
  if (isList(value)) return regionsOf(value);
  return text(value)
    ?.split(",")
    .map((name) => ({ name, values: {} }));
}

function describe(
  source: CloudSource,
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Cloud {
  const compute = (key: string) => text(settings[`compute_${key}`]);
  const filled = (value: string | undefined) => (value && fillIn(value, settings)) || undefined;
  const cacert = filled(text(settings["cacert"]));
  const timeout = Number(text(settings["api_timeout"]));
  const optional = {
    region: filled(compute("region_name") ?? text(settings["region_name"])),
    serviceName: compute("service_name"),
    computeEndpoint: filled(compute("endpoint_override") ?? compute("endpoint")),
    microversion: compute("default_microversion"),
    cacert: cacert && resolve(folder, cacert.replace(/^~(?=\/|$)/, environment["HOME"] || homedir())),
    timeoutMs: timeout > 0 ? timeout * 1000 : undefined,
  };
  refuseClientCertificate(source, settings);
  return {
    ...source,
    authType: authTypeOf(settings),
    auth: authOf(settings),
    interfaces: interfacesOf(settings),
    serviceType: compute("service_type") ?? "compute",
    verify: !isTrue(settings["insecure"]) && !isFalse(settings["verify"]),
    ...defined(optional),
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

function refuseClientCertificate(source: CloudSource, settings: Settings): void {
  if (text(settings["cert"]) === undefined) return;
  throw configurationError(
    `${titleOf(source, "cert")} names a client certificate, which is not supported`,
    "Use a cloud entry that authenticates with a password, a token or an application credential.",
  );
}
