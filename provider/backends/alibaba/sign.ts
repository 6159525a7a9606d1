import { randomUUID } from "node:crypto";
import { stringify } from "node:querystring";
import { Readable } from "node:stream";
import OpenApiUtil from "@alicloud/openapi-util";
import { defined } from "../../core/defined";
import type { HttpRequest } from "../../transport/http";
import type { AccessKey } from "./credentials";

const ALGORITHM = "ACS3-HMAC-SHA256";
const USER_AGENT = `pulumi-keypair (${process.platform}; ${process.arch}) Node.js/${process.version}`;

export interface ApiRequest {
  /** Scheme, host and port. */
  endpoint: URL;
  /** The version of the API: a date. */
  version: string;
  action: string;
  query: object;
  /** Parameters that go in the body. */
  form?: object | undefined;
}

/**
 * The request with its signature (V3), as the SDK makes it:
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 */
export function signedRequest(request: ApiRequest, key: AccessKey): HttpRequest {
  const { endpoint, version, action, form } = request;
  const { id, secret, securityToken, provider } = key;
  const query = OpenApiUtil.query(request.query);
  const body = form === undefined ? undefined : OpenApiUtil.toForm(form);
  const payload = OpenApiUtil.hash(Buffer.from(body ?? "", "utf8"), ALGORITHM).toString("hex");
  const headers: Record<string, string> = {
    host: endpoint.host,
    "x-acs-version": version,
    "x-acs-action": action,
    "user-agent": USER_AGENT,
    "x-acs-date": OpenApiUtil.getTimestamp(),
    "x-acs-signature-nonce": randomUUID(),
    accept: "application/json",
    ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    "x-acs-content-sha256": payload,
    "x-acs-credentials-provider": provider,
    ...(securityToken !== undefined && { "x-acs-accesskey-id": id, "x-acs-security-token": securityToken }),
  };
  const method = "POST";
  const toSign = {
    method,
    pathname: "/",
    query,
    headers,
    protocol: "",
    port: 0,
    domain: "",
    body: new Readable(),
  };
  const authorization = OpenApiUtil.getAuthorization(toSign, ALGORITHM, payload, id, secret);
  return {
    method,
    url: new URL(`/?${stringify(query)}`, endpoint),
    headers: { ...headers, authorization },
    ...defined({ body }),
  };
}
