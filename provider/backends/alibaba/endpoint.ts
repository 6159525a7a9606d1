import { KeyPairError } from "../../core/errors";
import type { Connection } from "../../core/model";
import { profileRegion } from "./profile";

/** Short names for a region's own hosts, public and within a VPC. */
const SHORT_NAMES = ["ecs", "ecs-vpc"];

/** Which region, and where its requests go. Throws `Configuration` when one of them is missing or malformed. */
export function placeOf(
  { region, endpoint, profile }: Connection,
  environment: NodeJS.ProcessEnv,
): { regionId: string; endpoint: URL } {
  const regionId = checkRegion(region ?? profileRegion(profile, environment));
  return { regionId, endpoint: resolveEndpoint(endpoint, regionId) };
}

/**
 * Where the requests go: `https://ecs.<region>.aliyuncs.com`, or what the user says, as a URL, a `host[:port]`, or `ecs-vpc`
 * for the region's host within a VPC (https://www.alibabacloud.com/help/en/ecs/developer-reference/endpoints).
 * Throws `Configuration` for anything else. A path or a query is refused, because a signature covers neither.
 */
export function resolveEndpoint(endpoint: string | undefined, regionId: string): URL {
  const given = endpoint?.trim() || "ecs";
  if (SHORT_NAMES.includes(given)) return new URL(`https://${given}.${regionId}.aliyuncs.com`);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
  const url = parse(hasScheme ? given : `https://${given}`);
  const problem = fault(url);
  if (url === undefined || problem !== undefined) {
    throw new KeyPairError({
      code: "Configuration",
      // The text itself may hold a user name and a password.
      message: `the endpoint cannot be used: ${problem}`,
      property: "connection",
      next: 'Give a URL like "https://ecs.cn-hangzhou.aliyuncs.com", a "host[:port]", or "ecs-vpc".',
    });
  }
  return url;
}

/** A stack whose keypair:region belongs to another backend has set it already, and would not find out why that is not enough. */
const WHOM_REGION_SERVES =
  "keypair:region serves the configured backend only: a resource of another backend needs `connection.region` " +
  "(on the command line `--region`).";

/** The region, which becomes part of a host name. Throws `Configuration` when it is missing or malformed. */
export function checkRegion(region: string | undefined): string {
  if (region !== undefined && /^[a-z][a-z0-9-]+$/.test(region)) return region;
  const advice =
    "Run `pulumi config set keypair:region cn-hangzhou`, set ALIBABA_CLOUD_REGION, or give `connection.region`.";
  throw new KeyPairError({
    code: "Configuration",
    message:
      region === undefined
        ? "no region is configured for Alibaba Cloud"
        : `"${region}" is not a region of Alibaba Cloud`,
    property: "connection",
    next: region === undefined ? `${advice} ${WHOM_REGION_SERVES}` : advice,
  });
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function fault(url: URL | undefined): string | undefined {
  if (url === undefined || url.hostname === "") return "it is neither a URL nor a host";
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return `its scheme is ${url.protocol}, not https or http`;
  if (url.username !== "" || url.password !== "") return "it holds a user name or a password";
  if (url.pathname !== "/") return "it holds a path";
  if (url.search !== "" || url.hash !== "") return "it holds a query";
  return undefined;
}
