import type { Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError } from "../../core/errors";
import type { HttpPool } from "../../transport/http";
import { RateLimit } from "../../transport/rateLimit";
import { retry } from "../../transport/retry";
import { withCredentialsUsed } from "../credentialsUsed";
import { API_VERSION, type EcsAction, type EcsRequests, IDEMPOTENT, READS, WITHOUT_REGION } from "./api";
import type { CredentialSource } from "./credentials";
import { readReply, type Subject } from "./errors";
import type { Reply } from "./reply";
import { signedRequest } from "./sign";

export interface EcsClientOptions {
  /** Scheme, host and port. */
  endpoint: URL;
  regionId: string;
  credentials: CredentialSource;
  http: HttpPool;
}

/** What the backend needs of a client. The tests put the official SDKs in its place. */
export type EcsCaller = Pick<EcsClient, "call">;

/**
 * A client of ECS. The SDK's own functions flatten and sign the request, and what goes over the wire is what the typed SDK
 * sends, except that a public key goes in the body. We send it ourselves, because the SDK's `callApi` follows no proxy, cannot
 * be interrupted, loses the HTTP status of a reply that is not JSON, and writes replies with private keys to the console where
 * `DEBUG=httpx:body` is set.
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
    const { regionId, endpoint, credentials } = this.options;
    const subject: Subject = { action, regionId, host: endpoint.host, ...defined({ keyPairName }) };
    const limit = this.#limitOf(action);
    const place = limit.takePlace();
    const send = () => this.#send(action, request, subject, operation);
    try {
      return await retry(operation, () => limit.run(send, operation, place), {
        idempotent: IDEMPOTENT.has(action),
      });
    } catch (error) {
      const known = withCredentialsUsed(error, credentials.from);
      const isAnonymous = isKeyPairError(known) && known.details.keyPairName === undefined;
      throw isAnonymous && keyPairName !== undefined ? known.with({ keyPairName }) : known;
    }
  }

  async #send(action: EcsAction, request: object, subject: Subject, operation: Operation): Promise<Reply> {
    const { endpoint, regionId, credentials, http } = this.options;
    const { query, form } = parts(request);
    const region = WITHOUT_REGION.has(action) ? {} : { RegionId: regionId };
    const signed = signedRequest(
      { endpoint, version: API_VERSION, action, query: { ...region, ...query }, form },
      await credentials.key(),
    );
    const reply = await http
      .send(READS.has(action) ? { ...signed, signal: operation.signal } : signed)
      .catch((error: unknown) => {
        throw isKeyPairError(error) ? error.with({ message: `${action}: ${error.details.message}` }) : error;
      });
    return readReply(reply, subject);
  }

  #limitOf(action: EcsAction): RateLimit {
    const limit = this.#limits.get(action) ?? new RateLimit();
    this.#limits.set(action, limit);
    return limit;
  }
}

/** A public key goes in the body: it can be longer than a URL may be (16 KiB), and URLs end up in the logs of proxies. */
function parts(request: object): { query: object; form?: object } {
  if (!("PublicKeyBody" in request)) return { query: request };
  const { PublicKeyBody, ...query } = request;
  return { query, form: { PublicKeyBody } };
}
