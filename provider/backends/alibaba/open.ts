import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { leaseHttpPool } from "../../transport/http";
import { AlibabaBackend } from "./backend";
import { EcsClient } from "./client";
import { credentialSource } from "./credentials";
import { checkRegion, resolveEndpoint } from "./endpoint";
import { profileRegion } from "./profile";

/** Opens ECS of one account and region. Nothing is called; rejects with `Configuration` when something is missing. */
export async function open(connection: ResolvedConnection, configured: Credentials): Promise<Backend> {
  const regionId = checkRegion(connection.region ?? profileRegion(connection.profile));
  const endpoint = resolveEndpoint(connection.endpoint, regionId);
  const credentials = credentialSource(connection, configured);
  const { http, release } = leaseHttpPool();
  return new AlibabaBackend(new EcsClient({ endpoint, regionId, credentials, http }), regionId, release);
}
