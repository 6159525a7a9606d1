import { existsSync, readFileSync } from "node:fs";
import tls from "node:tls";

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Why requests to this URL are not safe on the way, or `undefined`. Loopback never leaves this machine. */
export function missingEncryption({ protocol, host, hostname }: URL): string | undefined {
  if (protocol !== "http:" || LOOPBACK.test(hostname)) return undefined;
  return (
    `${host} is called without encryption (http://): whoever is on the way can read the token and every private key ` +
    "that the cloud makes. Use https:// if the cloud has it"
  );
}

/** What Node trusts by itself. The list of `ca` replaces it, so it has to be part of that list. */
export function trustedByNode({ getCACertificates }: Partial<typeof tls> = tls): readonly string[] {
  if (getCACertificates !== undefined) return getCACertificates("default");
  // Node before 22.15.
  const extra = process.env["NODE_EXTRA_CA_CERTS"];
  if (!extra || !existsSync(extra)) return tls.rootCertificates;
  return [...tls.rootCertificates, readFileSync(extra, "utf8")];
}
