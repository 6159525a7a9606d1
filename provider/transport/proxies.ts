import { defined } from "../core/defined";
import { KeyPairError } from "../core/errors";

/** The proxies of requests, and the hosts that are called without one. */
export interface Proxies {
  httpProxy?: string;
  httpsProxy?: string;
  noProxy: string;
}

/**
 * What the environment says of proxies. Loopback never goes through one, as in Go's and Python's clients. Throws
 * `Configuration` when the URL of a proxy cannot be used.
 */
export function proxies(environment: NodeJS.ProcessEnv): Proxies {
  const httpProxy = proxyUrl("http_proxy", environment);
  const httpsProxy = proxyUrl("https_proxy", environment) ?? httpProxy;
  const asked = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  const noProxy = asked.trim() === "*" ? "*" : [asked, "localhost", "127.0.0.1", "[::1]"].join(",");
  return defined({ httpProxy, httpsProxy, noProxy });
}

/** The URL in the variable, which may leave out `http://`, as with curl. */
function proxyUrl(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const text = environment[name] ?? environment[name.toUpperCase()];
  if (!text) return undefined;
  const url = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(url)) return url;
  throw new KeyPairError({
    code: "Configuration",
    // The text itself may hold a password.
    message: `${name.toUpperCase()} is not a URL`,
    next: "Set it to the URL of the proxy, like http://proxy.example:3128.",
  });
}
