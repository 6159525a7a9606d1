import { readFileSync } from "node:fs";
import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { defined } from "../../core/defined";
import { type HttpOptions, leaseHttpPool } from "../../transport/http";
import { OpenStackBackend } from "./backend";
import { type Cloud, resolveCloud } from "./cloud";
import { configurationError, titleOf } from "./errors";
import { NovaClient } from "./novaClient";
import { Session } from "./session";

/**
 * Opens the OpenStack that the connection means, with the credentials of clouds.yaml, the `OS_*` variables or the stack's
 * configuration. Reads files and calls nothing: the backend's first call authenticates.
 */
export async function open(connection: ResolvedConnection, credentials: Credentials): Promise<Backend> {
  const cloud = resolveCloud(connection, process.env, process.cwd());
  const { http, release } = leaseHttpPool(httpOptions(cloud));
  const session = new Session(cloud, connection.endpoint, credentials, http);
  const nova = new NovaClient(session, connection.userId);
  return new OpenStackBackend(session, nova, connection.userId, release);
}

/** Contains only what differs from the defaults, so that clouds without special needs share one pool. */
function httpOptions(cloud: Cloud): HttpOptions {
  const { verify, cacert, timeoutMs } = cloud;
  // As in openstacksdk, the certificates are read only where they are needed.
  const ca = verify && cacert !== undefined ? readCertificates(cloud, cacert) : undefined;
  return defined({ verify: verify ? undefined : verify, ca, timeoutMs });
}

function readCertificates(cloud: Cloud, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw configurationError(
      `the certificates in ${file} (${titleOf(cloud, "cacert")}) cannot be read${code}`,
      "Check the path; a relative one starts in the program's folder.",
    );
  }
}
