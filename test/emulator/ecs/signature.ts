import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { EcsFailure } from "./failure";
import type { EcsRequest } from "./request";

/*
 * Both signatures of Alibaba Cloud, computed from the vendor's description and from nothing of its SDKs:
 * V3 https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 * V2 https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
 */

export interface AccessKey {
  id: string;
  secret: string;
  /** Of temporary credentials: requests without it are refused. */
  securityToken?: string;
  /** Whether the token has expired. */
  isExpired?: boolean;
  /** Actions that RAM denies to it. */
  denied?: readonly string[];
  /** The id of its account; without it `DEFAULT_ACCOUNT`. Each account has key pairs of its own. */
  account?: string;
  /** The only resource group that RAM lets it see and change. */
  resourceGroupId?: string;
}

/** The account of access keys that name none. */
export const DEFAULT_ACCOUNT = "1000000000000001";

const MAX_SKEW_MS = 15 * 60_000;

/** Knows the access keys, and the nonces of the last minutes. */
export class SignatureCheck {
  readonly #nonces = new Set<string>();

  constructor(
    private readonly accessKeys: readonly AccessKey[],
    /** How far the cloud's clock is ahead, in ms. */
    private readonly clockSkewMs = 0,
  ) {}

  /** The access key that signed the request; throws what ECS answers. */
  check(request: EcsRequest): AccessKey {
    const signed = request.headers["authorization"]?.startsWith("ACS3-HMAC-SHA256 ")
      ? v3(request)
      : v2(request);
    const key = this.accessKeys.find(({ id }) => id === signed.accessKeyId);
    if (!key) throw new EcsFailure("InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    checkTime(signed.time, Date.now() + this.clockSkewMs);
    if (!sameText(signed.signature, signed.expected(key.secret))) {
      throw new EcsFailure(
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. server string to sign is:…",
      );
    }
    if (this.#nonces.has(signed.nonce)) {
      throw new EcsFailure("SignatureNonceUsed", "Specified signature nonce was used already.");
    }
    this.#nonces.add(signed.nonce);
    checkToken(key, signed.securityToken);
    return key;
  }
}

interface Signed {
  accessKeyId: string;
  signature: string;
  nonce: string;
  time: string;
  securityToken: string | undefined;
  expected(secret: string): string;
}

function v3({ method, path, headers, query, body }: EcsRequest): Signed {
  const fields =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(
      headers["authorization"] ?? "",
    );
  const [, accessKeyId = "", signedHeaders = "", signature = ""] = fields ?? [];
  if (!fields) throw new EcsFailure("IncompleteSignature", "The Authorization header cannot be read.");
  const hash = createHash("sha256").update(body).digest("hex");
  if (headers["x-acs-content-sha256"] !== hash) {
    throw new EcsFailure("SignatureDoesNotMatch", "x-acs-content-sha256 is not the digest of the body.");
  }
  const names = signedHeaders.split(";");
  const required = Object.keys(headers).filter((name) => name === "host" || name.startsWith("x-acs-"));
  const unsigned = required.filter((name) => !names.includes(name));
  if (unsigned.length > 0) throw new EcsFailure("IncompleteSignature", `Not signed: ${unsigned.join(", ")}.`);
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim()}`),
    "",
    signedHeaders,
    hash,
  ].join("\n");
  const toSign = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  return {
    accessKeyId,
    signature,
    nonce: headers["x-acs-signature-nonce"] ?? "",
    time: headers["x-acs-date"] ?? "",
    securityToken: headers["x-acs-security-token"],
    expected: (secret) => createHmac("sha256", secret).update(toSign).digest("hex"),
  };
}

function v2({ method, parameters }: EcsRequest): Signed {
  const get = (name: string) => parameters.get(name) ?? "";
  if (get("Signature") === "") throw new EcsFailure("IncompleteSignature", "The request is not signed.");
  if (get("SignatureMethod") !== "HMAC-SHA1" || get("SignatureVersion") !== "1.0") {
    throw new EcsFailure("IncompleteSignature", "The signature's method or version is not known.");
  }
  const signed = [...parameters].filter(([name]) => name !== "Signature");
  const toSign = [method, encode("/"), encode(canonicalQuery(signed))].join("&");
  return {
    accessKeyId: get("AccessKeyId"),
    signature: get("Signature"),
    nonce: get("SignatureNonce"),
    time: get("Timestamp"),
    securityToken: parameters.get("SecurityToken"),
    expected: (secret) => createHmac("sha1", `${secret}&`).update(toSign).digest("base64"),
  };
}

function canonicalQuery(parameters: readonly [string, string][]): string {
  return parameters
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");
}

/** RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function checkTime(time: string, now: number): void {
  const skew = Math.abs(now - Date.parse(time));
  if (!(skew <= MAX_SKEW_MS))
    throw new EcsFailure("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
}

function checkToken(key: AccessKey, token: string | undefined): void {
  if (key.securityToken !== token) {
    throw new EcsFailure(
      "InvalidSecurityToken.MismatchWithAccessKey",
      "Specified SecurityToken mismatch with the AccessKey.",
    );
  }
  if (key.isExpired)
    throw new EcsFailure("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
