import { readFileSync } from "node:fs";
import type { Backend, Credentials, ResolvedConnection } from "../../core/backend";
import { HttpPool } from "../../transport/http";
import { OpenStackBackend } from "./backend";
import { type Cloud, resolveCloud } from "./cloud";
import { configurationError } from "./errors";
import { NovaClient } from "./novaClient";
import { Session } from "./session";

/**
 * Opens the OpenStack that the connection means, with the credentials of clouds.yaml, the `OS_*` variables or the stack's
 * configuration. Reads files and calls nothing: the first call of the backend authenticates.
 */
export async function open(connection: ResolvedConnection, credentials: Credentials): Promise<Backend> {
  const cloud = resolveCloud(connection, process.env, process.cwd());
  const http = new HttpPool(httpOptions(cloud));
  const session = new Session(cloud, connection.endpoint, credentials, http);
  return new OpenStackBackend(session, new NovaClient(session), http);
}

function httpOptions({ name, verify, cacert, timeoutMs }: Cloud) {
  return {
    verify,
    // As openstacksdk has it, without verification the certificates are not read.
    ...(verify && cacert !== undefined ? { ca: readCertificates(name, cacert) } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function readCertificates(cloud: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw configurationError(
      `the certificates of cloud "${cloud}" in ${file} cannot be read${code}`,
      "Check `cacert` in clouds.yaml or OS_CACERT; a relative path starts in the program's folder.",
    );
  }
}
