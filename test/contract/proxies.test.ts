import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { open } from "../../provider/backends/alibaba/open";
import { HttpPool } from "../../provider/transport/http";
import { type EcsEmulator, startEcsEmulator, TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { operation } from "./support/harness";

/* Through a proxy that runs in a process of its own. */

const USER = "operator:hunter22-of-a-test";

interface Proxy {
  port: number;
  /** What it was asked for. */
  seen: string[];
}

async function startProxy(hosts: Record<string, number>, user = ""): Promise<Proxy> {
  const child: ChildProcess = fork(join(__dirname, "support/proxyServer.cjs"), [], {
    env: { ...process.env, PROXY_HOSTS: JSON.stringify(hosts), PROXY_USER: user },
    execArgv: [],
  });
  onTestFinished(() => void child.kill());
  const [port] = await once(child, "message");
  const seen: string[] = [];
  child.on("message", (line) => seen.push(String(line)));
  return { port: Number(port), seen };
}

async function startEcs(): Promise<{ emulator: EcsEmulator; port: number }> {
  const emulator = await startEcsEmulator();
  onTestFinished(() => emulator.close());
  return { emulator, port: Number(new URL(emulator.endpoint).port) };
}

async function list(endpoint: string) {
  const key = { accessKeyId: TEST_ACCESS_KEY.id, accessKeySecret: TEST_ACCESS_KEY.secret };
  const backend = await open({ backend: "alibaba", region: "cn-hangzhou", endpoint }, key);
  onTestFinished(() => backend.close());
  return backend.listKeyPairs({}, { ...operation(), deadline: Date.now() + 5_000 });
}

afterEach(() => vi.unstubAllEnvs());

describe("a proxy", () => {
  it("without a scheme is one for http, and gets the user and password of its URL", async () => {
    const { port } = await startEcs();
    const proxy = await startProxy({ "ecs.example": port }, USER);
    vi.stubEnv("HTTP_PROXY", `${USER}@127.0.0.1:${proxy.port}`);
    expect(await list("http://ecs.example")).toEqual([]);
    expect(proxy.seen).toEqual(["POST ecs.example"]);
  });

  it("opens a tunnel for https, in which the certificate of the host is checked", async () => {
    const folder = mkdtempSync(join(tmpdir(), "keypair-proxy-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = ["-subj", "/CN=ecs.example", "-addext", "subjectAltName=DNS:ecs.example"];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...names], { stdio: "ignore" });
    const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    const server = createServer(tls, (_request, reply) => void reply.end("through the tunnel")).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const proxy = await startProxy({ "ecs.example": (server.address() as AddressInfo).port }, USER);
    vi.stubEnv("HTTPS_PROXY", `http://${USER}@127.0.0.1:${proxy.port}`);
    const get = (ca?: string) => {
      const pool = new HttpPool(ca === undefined ? {} : { ca });
      onTestFinished(() => pool.close());
      return pool.send({ method: "GET", url: new URL("https://ecs.example/"), headers: {} });
    };
    expect(await get(tls.cert)).toMatchObject({ text: "through the tunnel" });
    await expect(get()).rejects.toMatchObject({ code: "Configuration" });
    expect(proxy.seen).toEqual(["CONNECT ecs.example:443", "CONNECT ecs.example:443"]);
  });

  it("is passed by the hosts of NO_PROXY", async () => {
    const { port } = await startEcs();
    const proxy = await startProxy({});
    vi.stubEnv("HTTP_PROXY", `127.0.0.1:${proxy.port}`);
    vi.stubEnv("NO_PROXY", ".example,10.0.0.0/8");
    await expect(list("http://ecs.no-such-place.example")).rejects.toThrow(
      "the host ecs.no-such-place.example is not known",
    );
    expect(await list(`http://127.0.0.1:${port}`)).toEqual([]);
    expect(proxy.seen).toEqual([]);
  });

  it("that refuses the credentials is named as it is, and no text shows them", async () => {
    const { port } = await startEcs();
    const proxy = await startProxy({ "ecs.example": port }, "somebody:else");
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY"])
      vi.stubEnv(name, `http://${USER}@127.0.0.1:${proxy.port}`);
    for (const endpoint of ["http://ecs.example", "https://ecs.example"]) {
      const error = await list(endpoint).catch((caught: unknown) => caught);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter22");
      expect(String(error)).toContain(
        `the proxy 127.0.0.1:${proxy.port} does not take the user and the password, or asks for them (HTTP 407). Give them in the URL of ` +
          "HTTPS_PROXY or HTTP_PROXY, like http://user:password@proxy.example:3128.",
      );
    }
  });
});
