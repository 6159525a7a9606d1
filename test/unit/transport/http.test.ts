import { execFileSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { inspect } from "node:util";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { clockDifference } from "../../../provider/transport/clock";
import { HttpPool, leaseHttpPool } from "../../../provider/transport/http";
import { readNoProxy } from "../../../provider/transport/noProxy";
import { missingEncryption, trustedByNode } from "../../../provider/transport/tls";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<{ origin: string; server: Server }> {
  const server = createServer(listener);
  return { origin: `http://127.0.0.1:${await listen(server)}`, server };
}

async function listen(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A server that answers the bytes of each connection as these functions say, one after the other. */
function answers(...replies: ((socket: Socket) => void)[]): Promise<number> {
  const answer = (socket: Socket, [reply, ...next]: typeof replies): void => {
    socket.once("data", () => {
      reply?.(socket);
      answer(socket, next);
    });
  };
  return listen(
    createTcpServer((socket) =>
      answer(
        socket.on("error", () => {}),
        replies,
      ),
    ),
  );
}
const reset = (socket: Socket) => void socket.resetAndDestroy();
const end = (socket: Socket) => void socket.end();
const silence = () => {};
const opensTunnel = (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\n");

/** A certificate for the host that nobody trusts yet. */
function selfSigned(host: string): { key: string; cert: string } {
  const args = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  const output = execFileSync("openssl", ["req", ...args, ...names, "-keyout", "-"], {
    encoding: "utf8",
    stdio: "pipe",
  });
  const [key = "", cert = ""] = output.match(/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g) ?? [];
  return { key, cert };
}

function pool(options: ConstructorParameters<typeof HttpPool>[0] = {}): HttpPool {
  const http = new HttpPool(options);
  closers.push(() => http.close());
  return http;
}

const post = (origin: string, more: object = {}) => ({
  method: "POST" as const,
  url: new URL(`${origin}/?Signature=c2lnbmF0dXJl&KeyPairName=a`),
  headers: {},
  ...more,
});

describe("replies", () => {
  test("of any status and any body are given as they are", async () => {
    const { origin } = await serve((_, reply) => {
      reply.writeHead(502, { "Content-Type": "text/html", "X-Acs-Retry-After": "2000" });
      reply.end("<html>Bad Gateway</html>");
    });
    expect(await pool().send(post(origin))).toMatchObject({
      status: 502,
      headers: { "x-acs-retry-after": "2000" },
      text: "<html>Bad Gateway</html>",
    });
  });

  test("connections are kept and used again", async () => {
    const { origin, server } = await serve((request, reply) => {
      request.resume().on("end", () => reply.end("ok"));
    });
    const connections = vi.fn();
    server.on("connection", connections);
    const http = pool();
    for (const _ of Array(20)) await http.send(post(origin, { body: "x=1" }));
    // Two, because the first is not free again in the very moment in which its reply is complete.
    expect(connections.mock.calls.length).toBeLessThanOrEqual(2);
  });
});

describe("failures", () => {
  test("nothing listens: surely not carried out", async () => {
    const { origin, server } = await serve(() => {});
    server.close();
    await expect(pool().send(post(origin))).rejects.toMatchObject({
      code: "Unavailable",
      message: `${new URL(origin).host} cannot be reached (ECONNREFUSED).`,
    });
  });

  test.each([
    ["is reset", reset, "ECONNRESET"],
    ["ends", end, "ECONNRESET"],
    [
      "is no TLS",
      (socket: Socket) => void socket.end("HTTP/1.1 400\r\n\r\n"),
      "ERR_SSL_WRONG_VERSION_NUMBER",
    ],
    ["is never answered", silence, "UND_ERR_CONNECT_TIMEOUT"],
  ])("a handshake that %s: surely not carried out", async (_, reply, code) => {
    const host = `127.0.0.1:${await answers(reply)}`;
    await expect(pool({ connectTimeoutMs: 200 }).send(post(`https://${host}`))).rejects.toMatchObject({
      code: "Unavailable",
      message: `${host} cannot be reached (${code}).`,
      details: { isUnreachable: true },
    });
  });

  test.each(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNREFUSED", "ENOTFOUND", "CERT_HAS_EXPIRED"])(
    "%s while the reply is read: nobody knows",
    async (code) => {
      let client: Socket | undefined;
      const note = (message: unknown) => {
        client = (message as { socket: Socket }).socket;
      };
      subscribe("undici:client:connected", note);
      onTestFinished(() => void unsubscribe("undici:client:connected", note));
      const breaks = () =>
        void client?.destroy(Object.assign(new Error(`read ${code}`), { code, syscall: "read" }));
      const host = `127.0.0.1:${await answers(breaks)}`;
      await expect(pool().send(post(`http://${host}`))).rejects.toMatchObject({
        code: "OutcomeUnknown",
        message: `the connection broke (${code}); ${host} may or may not have carried out the request.`,
      });
    },
  );

  test("an unknown host is a matter of configuration", async () => {
    await expect(pool().send(post("http://ecs.no-such-region.invalid"))).rejects.toMatchObject({
      code: "Configuration",
      message: expect.stringMatching(
        /^the host ecs\.no-such-region\.invalid is not known \(ENOTFOUND\)\. Check the region/,
      ),
    });
  });

  test.each([
    ["before a reply", (reply: ServerResponse) => reply.destroy()],
    [
      "in the middle of one",
      (reply: ServerResponse) => {
        reply.writeHead(200, { "Content-Length": "100" });
        reply.write("half");
        setTimeout(() => reply.destroy(), 20);
      },
    ],
  ])("the connection breaks %s: nobody knows, and the URL is in no text", async (_, breakOff) => {
    const { origin } = await serve((_request, reply) => breakOff(reply));
    const error = await pool()
      .send(post(origin))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "OutcomeUnknown" });
    expect(`${error}`).toMatch(
      /^KeyPairError: the connection broke \([A-Z_]+\); 127\.0\.0\.1:\d+ may or may not/,
    );
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("c2lnbmF0dXJl");
  });

  test("a reply in chunks that ends early is no reply", async () => {
    const { origin } = await serve((_request, reply) => {
      reply.writeHead(200, { "Transfer-Encoding": "chunked" });
      reply.write('{"KeyPairName":');
      setTimeout(() => reply.destroy(), 20);
    });
    await expect(pool().send(post(origin))).rejects.toMatchObject({ code: "OutcomeUnknown" });
  });

  test("a host whose first address has no route is reached at the next one", async () => {
    const { origin } = await serve((_, reply) => reply.end("at the second address"));
    const lookup = vi.spyOn(dns, "lookup").mockImplementation(((
      _host: string,
      _options: object,
      callback: (...args: unknown[]) => void,
    ) =>
      callback(null, [
        { address: "::ffff:0:1", family: 6 },
        { address: "127.0.0.1", family: 4 },
      ])) as never);
    onTestFinished(() => lookup.mockRestore());
    const url = `http://ecs.example:${new URL(origin).port}`;
    expect(await pool().send(post(url))).toMatchObject({ text: "at the second address" });
    expect(lookup).toHaveBeenCalled();
  });

  test.each([
    ["no reply", () => {}],
    [
      "half a reply",
      (reply: ServerResponse) => {
        reply.writeHead(200);
        reply.write("half");
      },
    ],
  ])("%s within the time: nobody knows", async (_, hang) => {
    const { origin } = await serve((_request, reply) => hang(reply));
    await expect(pool({ timeoutMs: 100 }).send(post(origin))).rejects.toMatchObject({
      code: "OutcomeUnknown",
      message: expect.stringContaining("no reply within 0.1 s"),
    });
  });

  test("a read ends when the user interrupts", async () => {
    const { origin } = await serve(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(pool().send(post(origin, { signal: controller.signal }))).rejects.toMatchObject({
      code: "Cancelled",
    });
  });
});

describe("certificates of an own authority", () => {
  test("are trusted beside those that Node trusts, NODE_EXTRA_CA_CERTS among them, not in their place", async () => {
    const { key, cert } = selfSigned("localhost");
    const port = await listen(createTlsServer({ key, cert }, (_, reply) => void reply.end("trusted")));
    const byNode = tls.getCACertificates();
    // What NODE_EXTRA_CA_CERTS does when a process starts.
    tls.setDefaultCACertificates([...byNode, cert]);
    closers.push(async () => tls.setDefaultCACertificates(byNode));
    const http = pool({ ca: selfSigned("other.example").cert });
    expect(await http.send(post(`https://localhost:${port}`))).toMatchObject({ text: "trusted" });
  });

  test("are so also where Node cannot list what it trusts (before 22.15)", () => {
    const folder = mkdtempSync(join(tmpdir(), "keypair-certificates-"));
    closers.push(async () => rmSync(folder, { recursive: true }));
    const file = join(folder, "extra.pem");
    const { cert } = selfSigned("extra.example");
    writeFileSync(file, cert);
    vi.stubEnv("NODE_EXTRA_CA_CERTS", file);
    expect(trustedByNode({})).toEqual([...tls.rootCertificates, cert]);
    vi.stubEnv("NODE_EXTRA_CA_CERTS", join(folder, "missing.pem"));
    expect(trustedByNode({})).toEqual(tls.rootCertificates);
  });
});

describe("encryption", () => {
  test.each(["https://ecs.example", "http://127.0.0.1:8774", "http://localhost", "http://[::1]:80"])(
    "is not missed at %s",
    (url) => {
      expect(missingEncryption(new URL(url))).toBeUndefined();
    },
  );

  test.each(["http://nova.example:8774/v2.1", "http://10.0.0.1", "http://127.0.0.1.example"])(
    "is missed at %s, by the host alone",
    (url) => {
      const { host } = new URL(url);
      expect(missingEncryption(new URL(`${url}?token=t`))).toBe(
        `${host} is called without encryption (http://): whoever is on the way can read the token and every private key that the cloud makes. Use https:// if the cloud has it`,
      );
    },
  );
});

describe("a pool that is shared", () => {
  test("serves all leases of the same options, and closes with the last one", async () => {
    const { origin } = await serve((_, reply) => reply.end("ok"));
    const [one, two, other] = [leaseHttpPool(), leaseHttpPool(), leaseHttpPool({ verify: false })];
    expect(two.http).toBe(one.http);
    expect(other.http).not.toBe(one.http);
    await one.release();
    await one.release();
    expect(await two.http.send(post(origin))).toMatchObject({ text: "ok" });
    await Promise.all([two.release(), other.release()]);
    await expect(two.http.send(post(origin))).rejects.toThrow();
    const next = leaseHttpPool();
    expect(await next.http.send(post(origin))).toMatchObject({ text: "ok" });
    await next.release();
  });
});

describe("NO_PROXY is read as Go's clients read it", () => {
  const goesDirect = (noProxy: string, url: string) => readNoProxy(noProxy)(new URL(url));

  test.each([
    [
      "example.com",
      ["http://example.com", "https://a.b.example.com", "http://EXAMPLE.com:81"],
      ["http://notexample.com", "http://example.org"],
    ],
    [".example.com", ["http://a.example.com"], ["http://example.com"]],
    ["*.example.com", ["http://a.example.com"], ["http://example.com"]],
    ["example.com:8443", ["https://example.com:8443", "https://a.example.com:8443"], ["https://example.com"]],
    ["example.com:443", ["https://example.com"], ["http://example.com"]],
    ["10.0.0.0/8", ["http://10.1.2.3", "http://10.1.2.3:8774"], ["http://11.1.2.3", "http://ten.example"]],
    ["10.0.0.1,fd00::/8", ["http://10.0.0.1", "http://[fd12::1]"], ["http://10.0.0.2", "http://[fe80::1]"]],
    [
      "10.0.0.1:80,[fd00::1]:8774",
      ["http://10.0.0.1", "http://[fd00::1]:8774"],
      ["http://10.0.0.1:81", "http://[fd00::1]"],
    ],
    [" a.example , b.example ", ["http://a.example", "http://b.example"], ["http://c.example"]],
    ["a.example,*", ["http://anything.example"], []],
    ["10.0.0.0/99,/8,:80,.", [], ["http://10.0.0.1", "http://example.com"]],
    [
      "",
      ["http://localhost", "http://127.0.0.1:1", "http://127.8.8.8", "http://[::1]"],
      ["http://example.com", "http://128.0.0.1"],
    ],
  ])("%s", (noProxy, direct, proxied) => {
    for (const url of direct) expect(`${url} ${goesDirect(noProxy, url)}`).toBe(`${url} true`);
    for (const url of proxied) expect(`${url} ${goesDirect(noProxy, url)}`).toBe(`${url} false`);
  });
});

describe("proxies", () => {
  test("HTTP_PROXY is followed, except for loopback and NO_PROXY", async () => {
    const seen: string[] = [];
    const { origin: proxy } = await serve((request, reply) => {
      seen.push(request.url ?? "");
      reply.end("from the proxy");
    });
    const { origin } = await serve((_, reply) => reply.end("direct"));
    vi.stubEnv("HTTP_PROXY", proxy);
    vi.stubEnv("NO_PROXY", "direct.example");
    const http = pool({ timeoutMs: 2_000 });

    expect(await http.send(post("http://ecs.example"))).toMatchObject({ text: "from the proxy" });
    expect(seen).toEqual(["http://ecs.example/?Signature=c2lnbmF0dXJl&KeyPairName=a"]);
    expect(await http.send(post(origin))).toMatchObject({ text: "direct" });
  });

  test("HTTPS_PROXY gets a tunnel, in which the host's own certificate is checked", async () => {
    const { key, cert } = selfSigned("ecs.example");
    const tls = createTlsServer({ key, cert }, (_, reply) => void reply.end("through the tunnel"));
    const target = await listen(tls);
    const { origin: proxy, server } = await serve(() => {});
    server.on("connect", (_request, socket) => {
      const through = connect(target, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        through.pipe(socket).pipe(through);
      });
      through.on("error", () => socket.destroy());
      socket.on("error", () => through.destroy());
    });
    vi.stubEnv("HTTPS_PROXY", proxy);

    const ours = () => post("https://ecs.example");
    expect(await pool({ ca: cert }).send(ours())).toMatchObject({ text: "through the tunnel" });
    await expect(pool().send(ours())).rejects.toMatchObject({
      code: "Configuration",
      message: expect.stringMatching(
        /^the certificate of ecs\.example is not trusted \([A-Z_]+\)\. Check the endpoint/,
      ),
    });
    const others = () => post("https://other.example");
    await expect(pool({ ca: cert }).send(others())).rejects.toMatchObject({ code: "Configuration" });
    expect(await pool({ verify: false }).send(others())).toMatchObject({ status: 200 });
  });

  test("HTTPS_PROXY gets a tunnel; one that refuses it has sent nothing on", async () => {
    const asked: string[] = [];
    const { origin: proxy, server } = await serve(() => {});
    server.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    vi.stubEnv("HTTPS_PROXY", proxy);
    await expect(pool().send(post("https://ecs.example"))).rejects.toMatchObject({
      code: "Unavailable",
      message: "ecs.example cannot be reached (the proxy refused a connection to it).",
    });
    expect(asked).toEqual(["ecs.example:443"]);
  });

  test.each([
    ["is reset before it is open", [reset], "ECONNRESET"],
    ["ends before it is open", [end], "UND_ERR_SOCKET"],
    ["is never opened", [silence], "UND_ERR_HEADERS_TIMEOUT"],
    ["is reset in the handshake", [opensTunnel, reset], "ECONNRESET"],
    ["ends in the handshake", [opensTunnel, end], "ECONNRESET"],
    ["is silent", [opensTunnel, silence], "UND_ERR_CONNECT_TIMEOUT"],
  ])(
    "a tunnel that %s has sent nothing on",
    async (_, replies, code) => {
      vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await answers(...replies)}`);
      await expect(pool({ connectTimeoutMs: 200 }).send(post("https://ecs.example"))).rejects.toMatchObject({
        code: "Unavailable",
        message: `ecs.example cannot be reached (${code}).`,
      });
    },
    5_000,
  );

  test("a proxy for https whose certificate is not trusted is named itself", async () => {
    const { key, cert } = selfSigned("localhost");
    const proxy = `localhost:${await listen(createTlsServer({ key, cert }))}`;
    vi.stubEnv("HTTPS_PROXY", `https://${proxy}`);
    await expect(pool().send(post("https://ecs.example"))).rejects.toMatchObject({
      code: "Configuration",
      message: expect.stringMatching(`^the certificate of the proxy ${proxy} is not trusted`),
    });
  });

  test.each(["http://ecs.example", "https://ecs.example"])(
    "a proxy that is not known is named itself, without its user and password (%s)",
    async (target) => {
      for (const name of ["HTTP_PROXY", "HTTPS_PROXY"])
        vi.stubEnv(name, "http://user:hunter22@proxy.no-such.invalid:3128");
      const error = await pool()
        .send(post(target))
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: "Configuration",
        message:
          "the proxy proxy.no-such.invalid:3128 is not known (ENOTFOUND). Check HTTPS_PROXY and HTTP_PROXY, and that this machine can resolve names.",
      });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter22");
    },
  );

  test.each(["http://ecs.example", "https://ecs.example"])(
    "a proxy that cannot be reached is named itself (%s)",
    async (target) => {
      const { origin, server } = await serve(() => {});
      server.close();
      for (const name of ["HTTP_PROXY", "HTTPS_PROXY"]) vi.stubEnv(name, origin);
      await expect(pool().send(post(target))).rejects.toMatchObject({
        code: "Unavailable",
        message: `the proxy ${new URL(origin).host} cannot be reached (ECONNREFUSED).`,
      });
    },
  );

  test("a host that goes past the proxy is blamed itself", async () => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.no-such.invalid:3128");
    vi.stubEnv("NO_PROXY", "no-such-region.invalid");
    await expect(pool().send(post("http://ecs.no-such-region.invalid"))).rejects.toThrow(
      "the host ecs.no-such-region.invalid is not known",
    );
  });

  test("the URL of a proxy may leave out http://, and a text that is not a URL is not repeated", async () => {
    const { origin } = await serve((_, reply) => reply.end("from the proxy"));
    vi.stubEnv("HTTP_PROXY", new URL(origin).host);
    expect(await pool().send(post("http://ecs.example"))).toMatchObject({ text: "from the proxy" });
    vi.stubEnv("HTTP_PROXY", "http://user:hunter22@proxy.example:no-port");
    expect(() => pool()).toThrow(/^HTTP_PROXY is not a URL\. Set it to the URL of the proxy/);
    vi.stubEnv("HTTP_PROXY", "socks5://user:hunter22@proxy.example:1080");
    expect(() => pool()).toThrow(
      /^HTTP_PROXY names a proxy of the kind socks5, which is not supported\. Set it to the URL of the proxy, like http/,
    );
    vi.stubEnv("https_proxy", "ftp://proxy.example");
    vi.stubEnv("HTTP_PROXY", "");
    expect(() => pool()).toThrow(/^https_proxy names a proxy of the kind ftp/);
  });

  test.each(["http://user:100%hunter22@proxy.example:3128", "http://hunter22%:secret@proxy.example:3128"])(
    "a user or password that cannot be decoded is refused, and not repeated",
    async (proxy) => {
      vi.stubEnv("HTTPS_PROXY", proxy);
      const message =
        "HTTPS_PROXY has a % in its user or password that begins no escape. Write %25 in the place of the %.";
      expect(() => pool()).toThrow(expect.objectContaining({ code: "Configuration", message }));
      vi.stubEnv("HTTPS_PROXY", proxy.replace("%", "%25"));
      expect(() => pool()).not.toThrow();
    },
  );
});

describe("the clock of this machine", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  test.each([
    ["Thu, 26 Nov 2026 11:43:00 GMT", "the clock of this machine is 17 minutes ahead of the cloud's"],
    ["Thu, 26 Nov 2026 12:01:00 GMT", "the clock of this machine is 1 minute behind the cloud's"],
    ["Thu, 26 Nov 2026 12:00:20 GMT", undefined],
    ["soon", undefined],
  ])("at %s", (date, difference) => {
    expect(clockDifference({ date }, now)).toBe(difference);
    expect(clockDifference({}, now)).toBeUndefined();
  });
});
