import { Agent, buildConnector, EnvHttpProxyAgent, Pool, request as send } from "undici";
import { defined } from "../core/defined";
import { KeyPairError } from "../core/errors";
import { cancelled } from "../core/pause";
import { proxies } from "./proxies";
import { trustedByNode } from "./tls";

export interface HttpOptions {
  /** From the start of a request to the end of its reply, in ms (default 30 000). A shorter time gives up on requests that the cloud still carries out. */
  timeoutMs?: number;
  /** To open a connection, in ms (default 10 000). */
  connectTimeoutMs?: number;
  /** Certificates (PEM) of authorities to trust beside those that Node trusts. */
  ca?: string;
  /** `false`: any certificate is accepted. */
  verify?: boolean;
}

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH";
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** For requests that change nothing: they end when the user interrupts. A request that changes something is waited for. */
  signal?: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Shorter than the idle time of the load balancers of clouds, so that no request meets a connection that is being closed. */
const KEEP_ALIVE_MS = 10_000;
const MAX_CONNECTIONS = 64;

/** Failures that last until the configuration changes. */
const NOT_TRUSTED = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

type Connect = buildConnector.connector;

/**
 * No connection was opened, so nothing of the request was sent. The code of a failure does not tell that: a connection that is in use
 * can end with the same codes.
 */
class NotConnected extends Error {
  constructor(
    reason: Error,
    /** What was to be connected: the host of the request, or a proxy. */
    readonly host: string,
  ) {
    super(reason.message, { cause: reason });
  }
}

/**
 * One pool of kept-alive connections. Follows `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. Resolves with the reply whatever its
 * status is. Rejects with `Unavailable` when nothing was sent, with `Configuration` when the host or the proxy is not known or
 * not trusted, and otherwise with `OutcomeUnknown`. Messages hold only the host of the URL, since a query can hold a signature
 * or a key.
 */
export class HttpPool {
  /** Through the proxies of the environment. */
  readonly #agent: EnvHttpProxyAgent;
  readonly #directAgent: Agent;
  readonly #proxies = proxies(process.env);
  readonly #timeoutMs: number;

  constructor({
    timeoutMs = TIMEOUT_MS,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    ca,
    verify,
  }: HttpOptions = {}) {
    this.#timeoutMs = timeoutMs;
    const trust = defined({
      ca: ca === undefined ? undefined : [...trustedByNode(), ca],
      rejectUnauthorized: verify,
    });
    const options: Agent.Options = {
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: telling(buildConnector({ timeout: connectTimeoutMs, ...trust })),
    };
    this.#directAgent = new Agent(options);
    const { httpProxy, httpsProxy } = this.#proxies;
    this.#agent = new EnvHttpProxyAgent({
      ...options,
      proxyTls: { timeout: connectTimeoutMs },
      requestTls: { timeout: connectTimeoutMs, ...trust },
      factory: (origin, { connect, ...more }: Pool.Options & { connect: Connect }) =>
        new Pool(origin, { ...more, connect: telling(connect) }),
      // Opens the tunnels. Without a limit of its own a proxy that opens none is waited for 5 minutes.
      clientFactory: (proxy, { connect }: { connect: Connect }) =>
        new Pool(proxy, { connect: telling(connect), headersTimeout: connectTimeoutMs }),
      ...defined({ httpProxy, httpsProxy }),
      // This pool itself knows which hosts need no proxy.
      noProxy: "",
      // As curl does it: the proxy gets plain http requests as they are, and opens a tunnel for https.
      proxyTunnel: false,
    });
  }

  async send({ method, url, headers, body, signal }: HttpRequest): Promise<HttpReply> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const reply = await send(url, {
        method,
        headers,
        ...defined({ body }),
        dispatcher: this.#proxies.isDirect(url) ? this.#directAgent : this.#agent,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      const text = await reply.body.text();
      return { status: reply.statusCode, headers: flat(reply.headers), text };
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      throw this.#failure(error, url);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), this.#directAgent.close()]);
  }

  #failure(error: unknown, url: URL): KeyPairError {
    const { host } = url;
    const code = errorCode(error);
    if (isProxyRefusal(error, 407)) {
      return new KeyPairError({
        code: "Configuration",
        message: `the proxy ${this.#proxyOf(url)} does not take the user and the password, or asks for them (HTTP 407)`,
        next: "Give them in the URL of HTTPS_PROXY or HTTP_PROXY, like http://user:password@proxy.example:3128.",
      });
    }
    if (error instanceof NotConnected) return notConnected(error, host);
    const reason = isTimeout(error, code)
      ? `no reply within ${this.#timeoutMs / 1000} s`
      : `the connection broke${code === "" ? "" : ` (${code})`}`;
    // No cause: the messages of sockets and of HTTP clients hold whole URLs.
    return new KeyPairError({
      code: "OutcomeUnknown",
      message: `${reason}; ${host} may or may not have carried out the request`,
    });
  }

  /** The host and port of the proxy. Its URL may contain a password. */
  #proxyOf({ protocol }: URL): string | undefined {
    const proxy = this.#proxies[protocol === "https:" ? "httpsProxy" : "httpProxy"];
    return proxy && new URL(proxy).host;
  }
}

/**
 * Connects as `connect` does, and marks its failures. Without the mark undici would open a tunnel again without end where the proxy
 * closes the connection.
 */
function telling(connect: Connect): Connect {
  return (target, callback) =>
    connect(target, (...result) => {
      const [failure] = result;
      if (failure === null || failure instanceof NotConnected) callback(...result);
      else callback(new NotConnected(failure, target.host ?? target.hostname), null);
    });
}

/** @param host  That of the request. */
function notConnected(error: NotConnected, host: string): KeyPairError {
  const code = errorCode(error);
  const isProxy = error.host !== host;
  const where = isProxy ? `the proxy ${error.host}` : host;
  if (NOT_TRUSTED.has(code)) {
    return new KeyPairError({
      code: "Configuration",
      message: `the certificate of ${where} is not trusted (${code})`,
      next: "Check the endpoint, or trust the authority that signed it (NODE_EXTRA_CA_CERTS, or `cacert` in clouds.yaml).",
    });
  }
  if (code === "ENOTFOUND") {
    return new KeyPairError({
      code: "Configuration",
      isUnreachable: true,
      message: `${isProxy ? where : `the host ${host}`} is not known (${code})`,
      next: `Check ${isProxy ? "HTTPS_PROXY and HTTP_PROXY" : "the region and the endpoint"}, and that this machine can resolve names.`,
    });
  }
  const reason = isProxyRefusal(error) ? "the proxy refused a connection to it" : code;
  return new KeyPairError({
    code: "Unavailable",
    message: `${where} cannot be reached (${reason})`,
    isUnreachable: true,
  });
}

interface SharedPool {
  http: HttpPool;
  leases: number;
}

const pools = new Map<string, SharedPool>();

/** The pool of this process for these options. It is closed with its last lease. */
export function leaseHttpPool(options: HttpOptions = {}): { http: HttpPool; release(): Promise<void> } {
  const key = JSON.stringify(options);
  const leased = pools.get(key) ?? { http: new HttpPool(options), leases: 0 };
  pools.set(key, leased);
  leased.leases++;
  let isReleased = false;
  return {
    http: leased.http,
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      if (--leased.leases > 0) return;
      if (pools.get(key) === leased) pools.delete(key);
      await leased.http.close();
    },
  };
}

/** The code of the failure itself: an attempt with several addresses, and fetch, wrap it. */
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

/** As undici words it, for requests by a tunnel and without. */
function isProxyRefusal(error: unknown, status?: number): boolean {
  if (!(error instanceof Error)) return false;
  if (status === undefined) return error.message.startsWith("Proxy response (");
  return /^Proxy /.test(error.message) && error.message.includes(`(${status})`);
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
