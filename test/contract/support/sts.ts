import { execFileSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import type { AccessKey } from "../../emulator/ecs/signature";

/** One call that STS carried out: who assumed which role. */
export interface Assumed {
  action: string;
  /** The access key that signed it; `""` for OIDC, where the token says who calls. */
  by: string;
  role: string;
}

/**
 * Alibaba Cloud's STS on loopback, with a certificate for its real names: a mock, since the vendor's library calls
 * `https://sts.<region>.aliyuncs.com` only, which `redirect` leads here. It checks the signatures of AssumeRole.
 * https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole
 */
export class LocalSts {
  readonly calls: Assumed[] = [];
  /** How long the credentials that it gives are valid, in s. */
  validSeconds = 3_600;
  #server: Server | undefined;

  /** @param accessKeys  Those that may sign. The ones that it gives are added. */
  constructor(
    private readonly folder: string,
    private readonly accessKeys: AccessKey[],
    private readonly oidcToken: string,
  ) {}

  async start(): Promise<this> {
    const [key, cert] = [join(this.folder, "sts.key"), this.certificate];
    const names = "subjectAltName=DNS:sts.aliyuncs.com,DNS:sts.cn-hangzhou.aliyuncs.com";
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const files = ["-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", ...kind, ...files, "-subj", "/CN=sts", "-addext", names], {
      stdio: "ignore",
    });
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    this.#server = createServer(tls, async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const query = new URL(request.url ?? "", "https://sts").searchParams;
      const answer = this.#answer(query, new URLSearchParams(body));
      response.writeHead(answer ? 200 : 403, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { Code: "Refused", Message: "the mock refuses this" }));
    }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get certificate(): string {
    return join(this.folder, "sts.pem");
  }

  /** The source of a module that leads each TLS connection to a host of Alibaba Cloud here, as a name server would. */
  redirect(): string {
    const address = this.#server?.address();
    const port = typeof address === "object" ? address?.port : undefined;
    return `
      const tls = require("node:tls");
      const { connect } = tls;
      tls.connect = (options, ...rest) =>
        connect(/[.]aliyuncs[.]com$/.test(options.host ?? "")
          ? { ...options, host: "127.0.0.1", port: ${port}, servername: options.host } : options, ...rest);`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #answer(query: URLSearchParams, form: URLSearchParams): object | undefined {
    const action = query.get("Action") ?? "";
    const caller = this.accessKeys.find(({ id }) => id === query.get("AccessKeyId"));
    const isAllowed =
      action === "AssumeRoleWithOIDC"
        ? form.get("OIDCToken") === this.oidcToken
        : action === "AssumeRole" && caller !== undefined && isSigned(caller, query, form);
    if (!isAllowed) return undefined;
    this.calls.push({ action, by: caller?.id ?? "", role: form.get("RoleArn") ?? "" });
    const key: AccessKey = {
      id: `STS.${this.calls.length}`,
      secret: randomBytes(12).toString("hex"),
      securityToken: randomBytes(24).toString("hex"),
    };
    this.accessKeys.push(key);
    return {
      Credentials: {
        AccessKeyId: key.id,
        AccessKeySecret: key.secret,
        SecurityToken: key.securityToken,
        Expiration: new Date(Date.now() + this.validSeconds * 1000).toISOString().replace(/[.]\d+/, ""),
      },
    };
  }
}

/** https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism */
function isSigned(
  { secret, securityToken }: AccessKey,
  query: URLSearchParams,
  form: URLSearchParams,
): boolean {
  const parameters = [...query, ...form].filter(([name]) => name !== "Signature");
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonical = parameters
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
  const expected = createHmac("sha1", `${secret}&`)
    .update(`POST&%2F&${encode(canonical)}`)
    .digest("base64");
  return query.get("Signature") === expected && (query.get("SecurityToken") ?? undefined) === securityToken;
}
