import { rootCertificates } from "node:tls";
import { EnvHttpProxyAgent, request as send } from "undici";
import { KeyPairError } from "../core/errors";
import { cancelled } from "./operation";

export interface HttpOptions {
  /** From the start of a request to the end of its reply, in ms (default 30 000). Less gives up on requests that a cloud carries out. */
  timeoutMs?: number;
  /** To open a connection, in ms (default 10 000). */
  connectTimeoutMs?: number;
  /** Certificates (PEM) of authorities to trust beside those of Node. */
  ca?: string;
  /** `false`: any certificate is accepted. */
  verify?: boolean;
}

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH";
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** Given for requests that change nothing: they end when the user interrupts. A request that changes something is waited for. */
  signal?: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Under the idle time of the load balancers in front of clouds, so that no request meets a connection that is being closed. */
const KEEP_ALIVE_MS = 10_000;
const MAX_CONNECTIONS = 64;

/** What fails before the first byte of the request is sent. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** What is wrong for good until the configuration changes. */
const NOT_TRUSTED = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/**
 * One pool of kept-alive connections. Follows `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. Answers with the reply whatever its
 * status is, and rejects with `Unavailable` when surely nothing was sent, with `Configuration` when the host is not known or
 * not trusted, and otherwise with `OutcomeUnknown`. No message holds more of the URL than the host: a query can hold a
 * signature or a key.
 */
export class HttpPool {
  readonly #agent: EnvHttpProxyAgent;
  readonly #timeoutMs: number;

  constructor({
    timeoutMs = TIMEOUT_MS,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    ca,
    verify,
  }: HttpOptions = {}) {
    this.#timeoutMs = timeoutMs;
    const tls = {
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      ...(verify !== undefined && { rejectUnauthorized: verify }),
    };
    this.#agent = new EnvHttpProxyAgent({
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: connectTimeoutMs, ...tls },
      requestTls: tls,
      noProxy: noProxy(process.env),
      // A proxy gets a request for plain http as it is, and opens a tunnel for https, as curl has it.
      proxyTunnel: false,
    });
  }

  async send({ method, url, headers, body, signal }: HttpRequest): Promise<HttpReply> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const reply = await send(url, {
        method,
        headers,
        ...(body !== undefined && { body }),
        dispatcher: this.#agent,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      const text = await reply.body.text();
      return { status: reply.statusCode, headers: flat(reply.headers), text };
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      throw failure(error, url, this.#timeoutMs);
    }
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

let shared: { http: HttpPool; leases: number } | undefined;

/** The pool of this process, for hosts that need no certificates of their own. It is closed with its last lease. */
export function leaseHttpPool(): { http: HttpPool; release(): Promise<void> } {
  shared ??= { http: new HttpPool(), leases: 0 };
  const leased = shared;
  leased.leases++;
  let isReleased = false;
  return {
    http: leased.http,
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      if (--leased.leases > 0) return;
      if (shared === leased) shared = undefined;
      await leased.http.close();
    },
  };
}

/** What goes past the proxy: loopback always does, as in Go's and Python's clients. */
function noProxy(environment: NodeJS.ProcessEnv): string {
  const asked = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  return asked.trim() === "*" ? "*" : [asked, "localhost", "127.0.0.1", "[::1]"].join(",");
}

function failure(error: unknown, { host }: URL, timeoutMs: number): KeyPairError {
  const code = errorCode(error);
  if (code === "ENOTFOUND") {
    return new KeyPairError({
      code: "Configuration",
      message: `the host ${host} is not known (ENOTFOUND)`,
      next: "Check the region and the endpoint, and that this machine can resolve names.",
    });
  }
  if (NOT_TRUSTED.has(code)) {
    return new KeyPairError({
      code: "Configuration",
      message: `the certificate of ${host} is not trusted (${code})`,
      next: "Check the endpoint, or trust the authority that signed it (NODE_EXTRA_CA_CERTS, or `cacert` in clouds.yaml).",
    });
  }
  if (NOT_SENT.has(code) || isProxyRefusal(error)) {
    const by = isProxyRefusal(error) ? "the proxy refused a connection to it" : code;
    return new KeyPairError({ code: "Unavailable", message: `${host} cannot be reached (${by})` });
  }
  const reason = isTimeout(error, code)
    ? `no reply within ${timeoutMs / 1000} s`
    : `the connection broke${code === "" ? "" : ` (${code})`}`;
  // No cause: the messages of sockets and of HTTP clients hold whole URLs.
  return new KeyPairError({
    code: "OutcomeUnknown",
    message: `${reason}; ${host} may or may not have carried out the request`,
  });
}

/** The code of the failure itself: happy eyeballs and fetch wrap it. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return errorCode(inner);
}

function isTimeout(error: unknown, code: string): boolean {
  const isOurs = error instanceof Error && error.name === "TimeoutError";
  return isOurs || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
}

function isProxyRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Proxy response (");
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
