import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { leaseHttpPool } from "../../transport/http";
import { missingEncryption } from "../../transport/tls";
import { AlibabaBackend } from "./backend";
import { EcsClient } from "./client";
import { credentialSource } from "./credentials";
import { checkRegion, resolveEndpoint } from "./endpoint";
import { askOwner } from "./owner";
import { profileRegion } from "./profile";

/** Opens ECS of one account and region. Calls nothing. Rejects with `Configuration` when something is missing. */
export async function open(connection: ResolvedConnection, configured: Credentials): Promise<Backend> {
  const regionId = checkRegion(connection.region ?? profileRegion(connection.profile, process.env));
  const endpoint = resolveEndpoint(connection.endpoint, regionId);
  const credentials = credentialSource(connection, configured);
  const { http, release } = leaseHttpPool();
  const options = { endpoint, regionId, credentials, http };
  return new AlibabaBackend({
    client: new EcsClient(options),
    region: regionId,
    endpoint: endpoint.origin,
    credentialsFrom: credentials.from,
    warning: missingEncryption(endpoint),
    askOwner: () => askOwner(options),
    release,
  });
}
