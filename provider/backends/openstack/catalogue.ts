import { defined } from "../../core/defined";
import type { HttpRequest } from "../../transport/http";
import type { Cloud } from "./cloud";
import { configurationError, isRecord, titleOf } from "./errors";
import { isOpenTelekomCloud } from "./rules";

/** Where the compute service is. */
export interface ComputeEndpoint {
  /** Without a slash at the end; `/os-keypairs` comes next. */
  url: string;
  region?: string;
}

/** A request to a path of the compute endpoint. */
export type ComputeRequest = Omit<HttpRequest, "url"> & { path: string };

interface Endpoint {
  url: string;
  interface: string;
  region: string;
}

/**
 * The compute endpoint: that of the connection, else that of clouds.yaml, else what the catalogue of the token has for the
 * region and the interface. URLs in the catalogue may hold the project's id (Open Telekom Cloud) or not.
 */
export function computeEndpoint(
  cloud: Cloud,
  override: string | undefined,
  catalog: unknown,
  projectId: string | undefined,
): ComputeEndpoint {
  const known = defined({ region: cloud.region });
  const own = override ?? cloud.computeEndpoint;
  if (own !== undefined) return { url: ownEndpoint(own, projectId), ...known };

  const endpoints = computeEndpoints(cloud, catalog);
  const inRegion = endpoints.filter(({ region }) => cloud.region === undefined || region === cloud.region);
  for (const wanted of cloud.interfaces) {
    const found = inRegion.find((endpoint) => endpoint.interface === wanted);
    if (found !== undefined) return { url: found.url.replace(/\/+$/, ""), region: found.region };
  }
  throw noEndpoint(cloud, endpoints);
}

/** A URL, or `host[:port]`; `%(project_id)s` and `$(project_id)s` stand for the project, as in OpenStack's own files. */
export function ownEndpoint(endpoint: string, projectId: string | undefined): string {
  const filled = endpoint.replace(/[%$]\((?:project|tenant)_id\)s/g, projectId ?? "");
  const url = URL.parse(/^https?:\/\//i.test(filled) ? filled : `https://${filled}`);
  if (url === null || url.username !== "" || url.password !== "") {
    throw configurationError(
      "the endpoint of the compute service is neither a URL nor a host",
      "Write it like `https://ecs.eu-de.otc.t-systems.com` or `host:8774`, without a user and a password.",
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  const needsProject = path === "" || (isOpenTelekomCloud(url.hostname) && /^\/v2(?:\.1)?$/.test(path));
  const version = path === "" ? "/v2.1" : path;
  return url.origin + (needsProject && projectId ? `${version}/${projectId}` : version);
}

function computeEndpoints(cloud: Cloud, catalog: unknown): Endpoint[] {
  const services: unknown[] = Array.isArray(catalog) ? catalog : [];
  return services.filter(isRecord).flatMap((service) => {
    if (service["type"] !== cloud.serviceType) return [];
    if (cloud.serviceName !== undefined && service["name"] !== cloud.serviceName) return [];
    const endpoints: unknown[] = Array.isArray(service["endpoints"]) ? service["endpoints"] : [];
    return endpoints.filter(isRecord).map((endpoint) => ({
      url: String(endpoint["url"]),
      interface: String(endpoint["interface"]),
      region: String(endpoint["region_id"] ?? endpoint["region"] ?? ""),
    }));
  });
}

function noEndpoint(cloud: Cloud, endpoints: Endpoint[]) {
  const { region, interfaces, serviceType } = cloud;
  const wanted = `${interfaces.join(" or ")} endpoint of the service ${serviceType}`;
  const there = [
    ...new Set(endpoints.map((endpoint) => `${endpoint.region} (${endpoint.interface})`)),
  ].sort();
  return configurationError(
    `the catalogue of ${titleOf(cloud)} has no ${wanted}${region === undefined ? "" : ` in region "${region}"`}`,
    there.length > 0
      ? `It has one in ${there.join(", ")}. Check the region and the interface.`
      : "Check that the user has a role in a project, or set the endpoint with `keypair:endpoint`.",
  );
}
