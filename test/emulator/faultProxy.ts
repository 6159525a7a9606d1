import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { buffer } from "node:stream/consumers";

/** What goes wrong with one request. "Before" is before the server behind the proxy has seen it, "after" when it has answered. */
export type Fault =
  /** Answered by the proxy itself. The server never sees the request. */
  | { when: "before"; reply: FaultReply }
  /** The connection is closed. The server never sees the request. */
  | { when: "before"; close: true }
  /** Nothing is answered. The server never sees the request. */
  | { when: "before"; hang: true }
  /** The server carries out the request; another reply is sent than its own. */
  | { when: "after"; reply: FaultReply }
  /** The server carries out the request; the connection is closed in place of a reply. */
  | { when: "after"; close: true }
  /** The server carries out the request; the connection is closed in the middle of its reply. */
  | { when: "after"; cut: true }
  /** The server carries out the request; nothing is answered. */
  | { when: "after"; hang: true };

export interface FaultReply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A request that came to the proxy, with what came of it. */
export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** What the server behind the proxy answered; absent when it was not asked. */
  status?: number;
}

export interface FaultProxyOptions {
  /** Serves HTTPS with this certificate, both as PEM. */
  tls?: { key: string; cert: string };
  /** Changes what is sent on; the answer is the headers. */
  headers?(seen: SeenRequest): IncomingMessage["headers"];
}

/** An HTTP proxy in front of a real server, which makes the network's and the server's faults. */
export class FaultProxy {
  /** All requests, in the order in which they came. */
  readonly seen: SeenRequest[] = [];
  /** Waited for before a request is sent on. */
  beforeForwarding: (seen: SeenRequest) => Promise<void> = async () => {};
  #server: Server | undefined;
  #faults: (seen: SeenRequest) => Fault | undefined = () => undefined;

  private constructor(
    private target: URL,
    private readonly options: FaultProxyOptions,
  ) {}

  /** Listens on a free port of loopback. */
  static async start(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target), options);
    const listener: RequestListener = (incoming, outgoing) => {
      proxy.#handle(incoming, outgoing).catch(() => outgoing.destroy());
    };
    const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
    proxy.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Where the proxy is, with the path of its target. */
  get url(): string {
    const address = this.#server?.address();
    if (typeof address !== "object" || address === null) throw new Error("the proxy does not listen");
    const scheme = this.options.tls ? "https" : "http";
    return `${scheme}://127.0.0.1:${address.port}${this.target.pathname.replace(/\/$/, "")}`;
  }

  /** From now on requests go to another server, which has the same path. */
  forwardTo(target: string): void {
    this.target = new URL(target);
  }

  /** From now on these faults; without an argument none. */
  fail(faults: (seen: SeenRequest) => Fault | undefined = () => undefined): void {
    this.#faults = faults;
  }

  /** The next `times` requests of this method and path have the fault, and no others. */
  failNext(method: string, path: RegExp, fault: Fault, times = 1): void {
    let left = times;
    this.fail((seen) => {
      if (left === 0 || seen.method !== method || !path.test(seen.path)) return undefined;
      left--;
      return fault;
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = "GET", url: path = "/", headers } = incoming;
    const seen: SeenRequest = { method, path, headers, body: body.toString() };
    this.seen.push(seen);
    const fault = this.#faults(seen);
    if (fault?.when === "before") {
      make(fault, outgoing);
      return;
    }
    await this.beforeForwarding(seen);
    const reply = await this.#forward(seen, body);
    seen.status = reply.status;
    if (fault?.when === "after") {
      make(fault, outgoing, reply);
      return;
    }
    outgoing.writeHead(reply.status, reply.headers).end(reply.body);
  }

  #forward(seen: SeenRequest, body: Buffer): Promise<Reply> {
    const { hostname, port, protocol } = this.target;
    if (protocol !== "http:") throw new Error("the proxy forwards to plain http only");
    const headers = {
      ...(this.options.headers?.(seen) ?? seen.headers),
      host: this.target.host,
      connection: "close",
    };
    return new Promise((resolve, reject) => {
      const forwarded = request(
        { hostname, port, method: seen.method, path: seen.path, headers },
        async (reply) => {
          const { statusCode = 502, headers: replyHeaders } = reply;
          const { connection: _, "transfer-encoding": __, ...kept } = replyHeaders;
          resolve({ status: statusCode, headers: kept, body: await buffer(reply) });
        },
      );
      forwarded.on("error", reject).end(body);
    });
  }
}

interface Reply {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

function make(fault: Fault, outgoing: ServerResponse, reply?: Reply): void {
  if ("reply" in fault) {
    outgoing.writeHead(fault.reply.status, fault.reply.headers ?? {}).end(fault.reply.body ?? "");
  } else if ("close" in fault) {
    outgoing.destroy();
  } else if ("cut" in fault && reply !== undefined) {
    const { "content-length": _, ...headers } = reply.headers;
    outgoing.writeHead(reply.status, { ...headers, "content-length": String(reply.body.length + 1) });
    outgoing.write(reply.body.subarray(0, reply.body.length / 2), () => outgoing.destroy());
  }
}
