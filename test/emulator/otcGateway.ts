import { createHash, createHmac } from "node:crypto";
import { FaultProxy, type SeenRequest } from "./faultProxy";

/*
 * What Open Telekom Cloud has in front of its services: requests signed with an access key are checked, and passed on as those
 * of the key's user. It is written from the published description of `SDK-HMAC-SHA256` and from what arrives on the wire, and
 * shares nothing with the client.
 */

export interface GatewayOptions {
  accessKey: string;
  secretKey: string;
  /** Must be in the request, and signed. */
  securityToken?: string;
  /** The token of the user behind the access key. */
  tokenFor(seen: SeenRequest): string;
}

/** A gateway in front of a service. What it refuses, it refuses as Open Telekom Cloud does. */
export async function startOtcGateway(target: string, options: GatewayOptions): Promise<FaultProxy> {
  const gateway = await FaultProxy.start(target, {
    headers: (seen) => {
      const { authorization: _, ...headers } = seen.headers;
      return { ...headers, "x-auth-token": options.tokenFor(seen) };
    },
  });
  gateway.fail((seen) => {
    const fault = faultOf(seen, options);
    if (fault === undefined) return undefined;
    const body = JSON.stringify({
      error_msg: `Incorrect IAM authentication information: ${fault}`,
      error_code: "APIGW.0301",
    });
    return { when: "before", reply: { status: 401, headers: { "content-type": "application/json" }, body } };
  });
  return gateway;
}

function faultOf({ method, path, headers, body }: SeenRequest, options: GatewayOptions): string | undefined {
  const form =
    /^SDK-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]*)\/([^/]*)\/sdk_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, key, day = "", region = "", service = "", names = "", signature] =
    form.exec(headers.authorization ?? "") ?? [];
  if (signature === undefined) return "no signature";
  if (key !== options.accessKey) return "ak not exist";
  const date = String(headers["x-sdk-date"]);
  if (!date.startsWith(day) || Math.abs(Date.now() - timeOf(date)) > 15 * 60_000) return "timestamp expired";
  const covered = names.split(";");
  if (!covered.includes("host") || !covered.includes("x-sdk-date"))
    return "host and x-sdk-date are not signed";
  const { securityToken } = options;
  if (
    securityToken !== undefined &&
    (headers["x-security-token"] !== securityToken || !covered.includes("x-security-token"))
  ) {
    return "no signed security token";
  }
  const [resource = "", query = ""] = path.split("?");
  const canonical = [
    method,
    resource.endsWith("/") ? resource : `${resource}/`,
    query.split("&").toSorted().join("&"),
    ...covered.map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    names,
    hash(body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/sdk_request`;
  let derived: Buffer = Buffer.from(`SDK${options.secretKey}`);
  for (const part of [day, region, service, "sdk_request"]) derived = hmac(derived, part);
  const expected = hmac(derived, ["SDK-HMAC-SHA256", date, scope, hash(canonical)].join("\n")).toString(
    "hex",
  );
  return signature === expected ? undefined : "verify signature fail";
}

function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
