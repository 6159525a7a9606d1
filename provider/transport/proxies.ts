import { defined } from "../core/defined";
import { KeyPairError } from "../core/errors";
import { readNoProxy } from "./noProxy";

/** The proxies of requests, and the hosts that are called without one. */
export interface Proxies {
  httpProxy?: string;
  httpsProxy?: string;
  isDirect(url: URL): boolean;
}

const EXAMPLE = "http://proxy.example:3128";

/**
 * What the environment says of proxies. Loopback never goes through one, as in Go's and Python's clients. Throws
 * `Configuration` when the URL of a proxy cannot be used.
 */
export function proxies(environment: NodeJS.ProcessEnv): Proxies {
  const httpProxy = proxyUrl("http_proxy", environment);
  const httpsProxy = proxyUrl("https_proxy", environment) ?? httpProxy;
  const isDirect = readNoProxy(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "");
  return { ...defined({ httpProxy, httpsProxy }), isDirect };
}

/** The URL in the variable, which may leave out `http://`, as with curl and Go. */
function proxyUrl(lowerCase: string, environment: NodeJS.ProcessEnv): string | undefined {
  const name = environment[lowerCase] === undefined ? lowerCase.toUpperCase() : lowerCase;
  const text = environment[name]?.trim();
  if (!text) return undefined;
  const url = text.includes("://") ? text : `http://${text}`;
  // The text itself may hold a password.
  if (!URL.canParse(url)) throw unusable(`${name} is not a URL`);
  const { protocol, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:")
    throw unusable(`${name} names a proxy of the kind ${protocol.slice(0, -1)}, which is not supported`);
  // undici decodes them, and throws an error of JavaScript where it cannot.
  if (![username, password].every(canDecode))
    throw unusable(
      `${name} has a % in its user or password that begins no escape`,
      "Write %25 in the place of the %.",
    );
  return url;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function unusable(message: string, next = `Set it to the URL of the proxy, like ${EXAMPLE}.`): KeyPairError {
  return new KeyPairError({ code: "Configuration", message, next });
}
