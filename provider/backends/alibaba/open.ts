import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { leaseHttpPool } from "../../transport/http";
import { missingEncryption } from "../../transport/tls";
import { AlibabaBackend } from "./backend";
import { EcsClient } from "./client";
import { credentialSource } from "./credentials";
import { placeOf } from "./endpoint";
import { askOwner } from "./owner";

/** Opens ECS of one account and region. Calls nothing. Rejects with `Configuration` when something is missing. */
export async function open(connection: ResolvedConnection, configured: Credentials): Promise<Backend> {
  const { regionId, endpoint } = placeOf(connection, process.env);
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
