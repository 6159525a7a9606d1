import { stringify } from "node:querystring";
import { Readable } from "node:stream";
import { OpenApiUtil } from "@alicloud/openapi-core";
import type { Operation } from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import type { HttpPool, HttpReply, HttpRequest } from "../../transport/http";
import { RateLimit } from "../../transport/rateLimit";
import { retry } from "../../transport/retry";
import { API_VERSION, type EcsAction, type EcsRequests, IDEMPOTENT, READS } from "./api";
import type { CredentialSource } from "./credentials";
import { failureOf, type Subject, unreadable } from "./errors";
import { parseFields, Reply } from "./reply";

const ALGORITHM = "ACS3-HMAC-SHA256";
const USER_AGENT = OpenApiUtil.getUserAgent("pulumi-keypair");

export interface EcsClientOptions {
  /** Scheme, host and port. */
  endpoint: URL;
  regionId: string;
  credentials: CredentialSource;
  http: HttpPool;
}

/** What the backend needs of a client; the tests put the official SDKs in its place. */
export type EcsCaller = Pick<EcsClient, "call">;

/**
 * A client of ECS. The SDK's own functions flatten and sign the request, and what goes over the wire is
 * what the typed SDK sends, except that a public key goes in the body. We send it ourselves, because the SDK's `callApi`
 * follows no proxy, cannot be interrupted, loses the HTTP status of a reply that is no JSON, and writes replies with private
 * keys to the console where `DEBUG=httpx:body` is set.
 */
export class EcsClient {
  /** ECS limits the calls of each operation. */
  readonly #limits = new Map<EcsAction, RateLimit>();

  constructor(private readonly options: EcsClientOptions) {}

  /**
   * Sends the request, and sends it again where that is safe (transport/retry.ts). Rejects with a `KeyPairError` that names
   * the pair of `keyPairName`, whose code is `OutcomeUnknown` when a create, import or delete may have been carried out.
   */
  async call<Action extends EcsAction>(
    action: Action,
    request: EcsRequests[Action],
    operation: Operation,
    keyPairName?: string,
  ): Promise<Reply> {
    const { regionId, endpoint } = this.options;
    const subject: Subject = {
      action,
      regionId,
      host: endpoint.host,
      ...(keyPairName !== undefined && { keyPairName }),
    };
    const limit = this.#limitOf(action);
    try {
      return await retry(
        operation,
        () => limit.run(() => this.#send(request, subject, operation), operation),
        {
          idempotent: IDEMPOTENT.has(action),
        },
      );
    } catch (error) {
      const isAnonymous =
        isKeyPairError(error) && error.details.keyPairName === undefined && keyPairName !== undefined;
      throw isAnonymous ? error.with({ keyPairName }) : error;
    }
  }

  async #send(request: object, subject: Subject, operation: Operation): Promise<Reply> {
    const { http } = this.options;
    const signed = await this.#sign(request, subject.action);
    const reply = await http
      .send(READS.has(subject.action) ? { ...signed, signal: operation.signal } : signed)
      .catch((error: unknown) => {
        throw isKeyPairError(error)
          ? error.with({ message: `${subject.action}: ${error.details.message}` })
          : error;
      });
    return read(reply, subject);
  }

  /** Signature V3: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature */
  async #sign(request: object, action: EcsAction): Promise<HttpRequest> {
    const { endpoint, regionId, credentials } = this.options;
    const { body: form, query: rest } = parts(request);
    const query = OpenApiUtil.query({ RegionId: regionId, ...rest });
    const body = form === undefined ? undefined : OpenApiUtil.toForm(form);
    const payload = OpenApiUtil.hash(Buffer.from(body ?? "", "utf8"), ALGORITHM).toString("hex");
    const { id, secret, securityToken, provider } = await credentials();
    const headers: Record<string, string> = {
      host: endpoint.host,
      "x-acs-version": API_VERSION,
      "x-acs-action": action,
      "user-agent": USER_AGENT,
      "x-acs-date": OpenApiUtil.getTimestamp(),
      "x-acs-signature-nonce": OpenApiUtil.getNonce(),
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      "x-acs-content-sha256": payload,
      "x-acs-credentials-provider": provider,
      ...(securityToken === undefined
        ? {}
        : { "x-acs-accesskey-id": id, "x-acs-security-token": securityToken }),
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
      ...(body !== undefined && { body }),
    };
  }

  #limitOf(action: EcsAction): RateLimit {
    const limit = this.#limits.get(action) ?? new RateLimit();
    this.#limits.set(action, limit);
    return limit;
  }
}

/** A public key can be longer than what a URL may be (16 KiB), and URLs end up in the logs of proxies. */
function parts(request: object): { query: object; body?: { PublicKeyBody: unknown } } {
  if (!("PublicKeyBody" in request)) return { query: request };
  const { PublicKeyBody, ...query } = request;
  return { query, body: { PublicKeyBody } };
}

function read(reply: HttpReply, subject: Subject): Reply {
  if (reply.status < 200 || reply.status > 299) throw failureOf(reply, subject);
  const fields = parseFields(reply.text);
  if (fields === undefined) throw unreadable(reply, subject);
  return new Reply(fields, subject.action);
}
