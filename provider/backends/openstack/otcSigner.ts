import { createHash, createHmac } from "node:crypto";
import { defined } from "../../core/defined";
import { percentEncode } from "./uri";

/** An access key of Open Telekom Cloud (AK/SK), or a temporary one with its security token. */
export interface AccessKey {
  id: string;
  secret: string;
  securityToken?: string;
}

export interface SignableRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export interface SigningScope {
  region: string;
  /** The service's short name: `ecs`, `iam`. */
  service: string;
  time: Date;
}

const ALGORITHM = "SDK-HMAC-SHA256";
const TERMINATOR = "sdk_request";

/**
 * The headers of the request, signed with `SDK-HMAC-SHA256`: a canonical form of method, path, query, headers and body is
 * hashed, and the hash is signed with a key that is derived from the secret key for the day, the region and the service.
 *
 * Source: https://docs.otc.t-systems.com/developer/api.html (signing with AK/SK)
 */
export function signed(
  request: SignableRequest,
  key: AccessKey,
  scope: SigningScope,
): Record<string, string> {
  const date = timestamp(scope.time);
  const headers: Record<string, string> = {
    ...request.headers,
    "x-sdk-date": date,
    ...defined({ "x-security-token": key.securityToken }),
  };
  const covered = { ...headers, host: request.url.host };
  const names = Object.keys(covered).map(lower).sort();
  const credential = [date.slice(0, 8), scope.region, scope.service, TERMINATOR].join("/");
  const toSign = [ALGORITHM, date, credential, sha256(canonical(request, covered))].join("\n");
  const signature = hmac(signingKey(key.secret, scope, date), toSign).toString("hex");
  const parts = [
    `Credential=${key.id}/${credential}`,
    `SignedHeaders=${names.join(";")}`,
    `Signature=${signature}`,
  ];
  return { ...headers, authorization: `${ALGORITHM} ${parts.join(", ")}` };
}

/** What the signature covers. */
function canonical({ method, url, body }: SignableRequest, headers: Record<string, string>): string {
  const lines = sorted(Object.entries(headers).map(([name, value]) => [lower(name), value] as const));
  return [
    method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    ...lines.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, " ")}`),
    "",
    lines.map(([name]) => name).join(";"),
    sha256(body ?? ""),
  ].join("\n");
}

/** The path ends in a slash for the signature, whatever is sent. */
function canonicalPath(path: string): string {
  const encoded = path
    .split("/")
    .map((part) => percentEncode(decodeURIComponent(part)))
    .join("/");
  return encoded.endsWith("/") ? encoded : `${encoded}/`;
}

function canonicalQuery(query: URLSearchParams): string {
  const parameters = [...query].map(([name, value]) => [percentEncode(name), percentEncode(value)] as const);
  return sorted(parameters)
    .map((parameter) => parameter.join("="))
    .join("&");
}

/** By name, then by value, in the order of their bytes. */
function sorted(entries: (readonly [string, string])[]): (readonly [string, string])[] {
  return entries.sort((one, other) => compare(one[0], other[0]) || compare(one[1], other[1]));
}

function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function signingKey(secret: string, { region, service }: SigningScope, date: string): Buffer {
  return [date.slice(0, 8), region, service, TERMINATOR].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`SDK${secret}`),
  );
}

/** `20261122T093249Z` */
function timestamp(time: Date): string {
  return time
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:]/g, "");
}

function lower(name: string): string {
  return name.toLowerCase();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
