import { BlockList, isIP } from "node:net";

/**
 * The hosts that are called without a proxy, as Go's clients read `NO_PROXY`, because Terraform users have it set for them
 * (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config). Entries are separated by commas:
 *
 * - `example.com` and `*.example.com`: the first is the host and all hosts below it, the second only those below it, as `.example.com`.
 * - `10.0.0.1` and `10.0.0.0/8`: addresses, where the URL has an address.
 * - each, but a block of addresses, with a port: `example.com:8443`.
 * - `*`: every host.
 *
 * Loopback never goes through a proxy.
 */
export function readNoProxy(text: string): (url: URL) => boolean {
  const entries = text
    .toLowerCase()
    .split(/[,\s]/)
    .filter((entry) => entry !== "");
  if (entries.includes("*")) return () => true;
  const matchers = entries.map(matcherOf);
  return (url) => {
    const host = withoutBrackets(url.hostname);
    if (host === "localhost" || isLoopback(host)) return true;
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    return matchers.some((matches) => matches(host, port));
  };
}

type Matcher = (host: string, port: string) => boolean;

function matcherOf(entry: string): Matcher {
  const [, network = "", prefix = ""] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (isIP(network)) return inBlock(network, Number(prefix));
  const { host, port } = splitPort(entry);
  const isPort = (asked: string) => port === "" || port === asked;
  if (isIP(host)) return (asked, askedPort) => isSameAddress(asked, host) && isPort(askedPort);
  const below = host.startsWith("*.") ? host.slice(1) : host.startsWith(".") ? host : `.${host}`;
  const isHostItself = !/^(\*?\.)/.test(host);
  return (asked, askedPort) =>
    (asked.endsWith(below) || (isHostItself && asked === host)) && isPort(askedPort);
}

function inBlock(network: string, prefix: number): Matcher {
  const block = new BlockList();
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (prefix > (family === "ipv6" ? 128 : 32)) return () => false;
  block.addSubnet(network, prefix, family);
  return (host) => isIP(host) !== 0 && block.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

/** An address of IPv6 has colons of its own: with a port it stands in brackets. */
function splitPort(entry: string): { host: string; port: string } {
  const [, bracketed, ofBracketed = ""] = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: ofBracketed };
  if (isIP(entry)) return { host: entry, port: "" };
  const [, host = entry, port = ""] = /^(.*):(\d+)$/.exec(entry) ?? [];
  return { host, port };
}

function isSameAddress(one: string, other: string): boolean {
  return inBlock(other, isIP(other) === 6 ? 128 : 32)(one, "");
}

function isLoopback(host: string): boolean {
  return isIP(host) === 6 ? host === "::1" : isIP(host) === 4 && host.startsWith("127.");
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
}
