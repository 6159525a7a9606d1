import type { Credentials, Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { registerSecret } from "../../core/redact";
import type { HttpPool, HttpReply } from "../../transport/http";
import { retry } from "../../transport/retry";
import { identityUrl } from "./authentication";
import { computeEndpoint } from "./catalogue";
import type { Cloud } from "./cloud";
import { configurationError, failureOf, isRecord, placeOfSettings, titleOf, unreadable } from "./errors";
import { type AccessKey, signed } from "./otcSigner";
import type { Access } from "./session";
import { percentEncode } from "./uri";

/** Access to Open Telekom Cloud with an access key: every request is signed, and there is no token. */
export interface KeyAccess {
  access(endpoint: string | undefined, http: HttpPool, operation: Operation): Promise<Access>;
}

/** Access with the access key of the stack's configuration or of the cloud; `undefined` where there is none. */
export function accessByKey(cloud: Cloud, credentials: Credentials): KeyAccess | undefined {
  const id = credentials.accessKeyId ?? (cloud.authType === "aksk" ? cloud.auth["access_key"] : undefined);
  if (id === undefined) return undefined;
  const secret =
    credentials.accessKeyId === undefined ? cloud.auth["secret_key"] : credentials.accessKeySecret;
  const securityToken =
    credentials.accessKeyId === undefined ? cloud.auth["security_token"] : credentials.securityToken;
  if (secret === undefined) {
    throw configurationError(
      credentials.accessKeyId === undefined
        ? `${titleOf(cloud, "access_key")} is set, but ${titleOf(cloud, "secret_key")} is not`
        : "keypair:accessKeyId is set, but keypair:accessKeySecret is not",
      "Set both, or neither.",
    );
  }
  registerSecret(secret);
  registerSecret(securityToken);
  const key = { id, secret, ...defined({ securityToken }) };
  return { access: (endpoint, http, operation) => accessWith(key, cloud, endpoint, http, operation) };
}

async function accessWith(
  key: AccessKey,
  cloud: Cloud,
  endpoint: string | undefined,
  http: HttpPool,
  operation: Operation,
): Promise<Access> {
  const region = cloud.region ?? "";
  const ask = (path: string, action: string, headers: Record<string, string> = {}) => {
    const url = new URL(identityUrl(cloud) + path);
    const request = { method: "GET", url, headers: { accept: "application/json", ...headers } } as const;
    const send = async () => {
      const scope = { region, service: "iam", time: new Date() };
      const reply = await http.send({
        ...request,
        headers: signed(request, key, scope),
        signal: operation.signal,
      });
      if (reply.status !== 200) throw failureOf(reply, { name: action, changes: false });
      return record(reply, action);
    };
    return retry(operation, send, { idempotent: true });
  };

  const projectId = cloud.auth["project_id"] ?? (await findProject(cloud, ask));
  const own = endpoint ?? cloud.computeEndpoint;
  const catalog =
    own === undefined ? await ask("/auth/catalog", "read the catalogue", project(projectId)) : {};
  return {
    endpoint: computeEndpoint(cloud, endpoint, catalog["catalog"], projectId),
    renewable: false,
    headers: (request) => {
      const scope = { region, service: "ecs", time: new Date() };
      return signed({ ...request, headers: { ...request.headers, ...project(projectId) } }, key, scope);
    },
  };
}

type Ask = (path: string, action: string) => Promise<Record<string, unknown>>;

/** A key belongs to a user, not to a project. The project is named, or it is the main project of the region, which has the region's name. */
async function findProject(cloud: Cloud, ask: Ask): Promise<string> {
  const name = cloud.auth["project_name"] ?? cloud.region;
  if (name === undefined) {
    throw configurationError(
      `neither ${titleOf(cloud, "project_name")} nor ${titleOf(cloud, "region_name")} is set`,
      `Set one of them ${placeOfSettings(cloud)}, or \`keypair:region\`, for example to eu-de.`,
    );
  }
  const { projects } = await ask(`/projects?name=${percentEncode(name)}`, "look up the project");
  const found: unknown = Array.isArray(projects) ? projects[0] : undefined;
  if (isRecord(found) && typeof found["id"] === "string") return found["id"];
  throw configurationError(
    `the access key of ${titleOf(cloud)} sees no project "${name}"`,
    `Check ${titleOf(cloud, "project_name")}; on Open Telekom Cloud the main project of a region has the region's name, like eu-de.`,
  );
}

function project(id: string): Record<string, string> {
  return { "x-project-id": id };
}

function record(reply: HttpReply, action: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(reply.text);
    if (isRecord(parsed)) return parsed;
  } catch {
    // The error below says it. The parser's own message quotes the reply.
  }
  throw unreadable(reply, { name: action, changes: false });
}
